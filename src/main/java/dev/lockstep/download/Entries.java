package dev.lockstep.download;

import dev.lockstep.data.LongCounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Entries of many URLs, each in a number: the outcome, the ending of a file that is named by the
 * URL, whether the list has named it, the number of the host, and whether the URL was met before.
 */
final class Entries {
  private static final Outcome[] OUTCOMES = Outcome.values();
  private static final ContentKind[] KINDS = ContentKind.values();
  private static final int NO_OUTCOME = 0xff;
  private static final long MET = 1L << 62;
  private static final int NO_FILE = 0;
  private static final int NAMED = 1;
  private static final int FIRST_KIND = 2;

  private final LongCounts entries = new LongCounts();
  private final Map<Long, String> names = new HashMap<>();
  private final LongCounts owners = new LongCounts();
  private int size;
  private final List<String> hosts = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  int size() {
    return size;
  }

  /** Whether this is the first time that a URL is met; it is remembered. */
  boolean meet(long key) {
    long entry = entries.getOrElse(key, NO_OUTCOME);
    entries.put(key, entry | MET);
    return (entry & MET) == 0;
  }

  /** What is known of a URL; null where nothing is. */
  Entry get(long key) {
    long entry = entries.getOrElse(key, NO_OUTCOME);
    if (!hasOutcome(entry)) {
      return null;
    }
    int file = (int) (entry >> 8) & 0xff;
    String name =
        switch (file) {
          case NO_FILE -> "";
          case NAMED -> names.get(key);
          default -> ImageFolder.name(key, KINDS[file - FIRST_KIND]);
        };
    return new Entry(outcome(entry), name, host(entry));
  }

  void put(long key, Entry entry) {
    int number =
        numbers.computeIfAbsent(
            entry.host(),
            host -> {
              hosts.add(host);
              return hosts.size() - 1;
            });
    int file = file(key, entry.file());
    if (file == NAMED) {
      names.put(key, entry.file());
      owners.put(Journal.key(ImageFolder.normalized(entry.file())), key);
    }
    long before = entries.getOrElse(key, NO_OUTCOME);
    size += hasOutcome(before) ? 0 : 1;
    entries.put(
        key, (before & MET) | (long) number << 16 | (long) file << 8 | entry.outcome().ordinal());
  }

  /** Which URL's image has a name, normalized, that a list gave; {@code key} where none has it. */
  long ownerOf(String name, long key) {
    return owners.getOrElse(Journal.key(name), key);
  }

  void forEach(BiConsumer<Outcome, String> take) {
    for (long entry : entries.values()) {
      if (hasOutcome(entry)) {
        take.accept(outcome(entry), host(entry));
      }
    }
  }

  private static int file(long key, String name) {
    if (name.isEmpty()) {
      return NO_FILE;
    }
    for (ContentKind kind : KINDS) {
      if (kind.isImage() && name.endsWith(kind.ending())) {
        return name.equals(ImageFolder.name(key, kind)) ? FIRST_KIND + kind.ordinal() : NAMED;
      }
    }
    return NAMED;
  }

  private static boolean hasOutcome(long entry) {
    return (entry & 0xff) != NO_OUTCOME;
  }

  private static Outcome outcome(long entry) {
    return OUTCOMES[(int) entry & 0xff];
  }

  private String host(long entry) {
    return hosts.get((int) ((entry & ~MET) >> 16));
  }
}
