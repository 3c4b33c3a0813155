package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the entries of a zip file stand. PyTorch stores them as they are, so a tensor can be read
 * from its place; entries that are compressed, overlap or have a path that leads elsewhere are
 * refused, and nothing is ever unpacked.
 */
final class ZipDirectory {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64_LOCATOR = 0x07064b50;
  private static final int END_64 = 0x06064b50;

  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int END_64_LOCATOR_BYTES = 20;
  private static final int END_64_BYTES = 56;
  private static final int MAX_COMMENT = 0xffff;
  private static final long MAX_DIRECTORY = 64 << 20;

  private static final long IN_EXTRA_FIELD = 0xffffffffL;
  private static final int ZIP_64_FIELD = 1;
  private static final int ENCRYPTED = 1;

  /** An entry's bytes in the file. */
  record Entry(String name, long begin, long length) {}

  private final SourceFile file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * @throws InvalidInputException if this is no zip file, or one that weights would not come in
   */
  ZipDirectory(SourceFile file) {
    this.file = file;
    ByteBuffer directory = directory();
    while (directory.remaining() >= CENTRAL_BYTES
        && directory.getInt(directory.position()) == CENTRAL) {
      Entry entry = readEntry(directory);
      if (entries.put(entry.name(), entry) != null) {
        throw file.invalid("its entry " + entry.name() + " is there twice");
      }
    }
    if (directory.hasRemaining()) {
      throw file.invalid("its table of contents is damaged");
    }
    checkApart();
  }

  /** Whether a file begins as zip files do. */
  static boolean isZip(ByteBuffer start) {
    return start.remaining() >= 4 && start.getInt(start.position()) == LOCAL;
  }

  /** The entries by name, in the order of the table of contents. */
  Map<String, Entry> entries() {
    return entries;
  }

  private ByteBuffer directory() {
    long tailLength = Math.min(file.size(), END_BYTES + MAX_COMMENT);
    long tailBegin = file.size() - tailLength;
    ByteBuffer tail = file.read(tailBegin, tailLength);
    for (int at = tail.limit() - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END
          && at + END_BYTES + unsigned(tail.getShort(at + 20)) == tail.limit()) {
        return directory(tail, at, tailBegin + at);
      }
    }
    throw file.invalid("its end is missing, where a zip file has its table of contents");
  }

  private ByteBuffer directory(ByteBuffer tail, int at, long end) {
    long length = unsigned(tail.getInt(at + 12));
    long begin = unsigned(tail.getInt(at + 16));
    if (file.holds(end - END_64_LOCATOR_BYTES, END_64_LOCATOR_BYTES)) {
      ByteBuffer locator = file.read(end - END_64_LOCATOR_BYTES, END_64_LOCATOR_BYTES);
      if (locator.getInt(0) == END_64_LOCATOR) {
        ByteBuffer large = file.read(locator.getLong(8), END_64_BYTES);
        if (large.getInt(0) != END_64) {
          throw file.invalid("its table of contents is damaged");
        }
        length = large.getLong(40);
        begin = large.getLong(48);
      }
    }
    if (length < 0
        || length > MAX_DIRECTORY
        || !file.holds(begin, length)
        || begin + length > end) {
      throw file.invalid("its table of contents is to have " + length + " bytes at " + begin);
    }
    return file.read(begin, length);
  }

  /** Reads an entry of the table and moves on to the next. */
  private Entry readEntry(ByteBuffer directory) {
    int at = directory.position();
    int flags = unsigned(directory.getShort(at + 8));
    int method = unsigned(directory.getShort(at + 10));
    long stored = unsigned(directory.getInt(at + 20));
    long length = unsigned(directory.getInt(at + 24));
    int nameLength = unsigned(directory.getShort(at + 28));
    int extraLength = unsigned(directory.getShort(at + 30));
    int commentLength = unsigned(directory.getShort(at + 32));
    long local = unsigned(directory.getInt(at + 42));
    int next = at + CENTRAL_BYTES + nameLength + extraLength + commentLength;
    if (next > directory.limit()) {
      throw file.invalid("its table of contents is cut off");
    }
    String name =
        new String(directory.array(), at + CENTRAL_BYTES, nameLength, StandardCharsets.UTF_8);
    checkName(name);
    ByteBuffer large =
        largeNumbers(
            directory.slice(at + CENTRAL_BYTES + nameLength, extraLength).order(directory.order()));
    length = length == IN_EXTRA_FIELD ? nextLarge(large, name) : length;
    stored = stored == IN_EXTRA_FIELD ? nextLarge(large, name) : stored;
    local = local == IN_EXTRA_FIELD ? nextLarge(large, name) : local;
    if (method != 0 || stored != length || (flags & ENCRYPTED) != 0) {
      throw file.invalid(
          "its entry "
              + name
              + " is compressed or encrypted, which PyTorch's never are ("
              + stored
              + " bytes for "
              + length
              + ")");
    }
    directory.position(next);
    return new Entry(name, dataBegin(name, local, length), length);
  }

  private void checkName(String name) {
    boolean leadsElsewhere =
        name.startsWith("/") || name.contains("\\") || List.of(name.split("/")).contains("..");
    if (leadsElsewhere) {
      throw file.invalid("its entry " + name + " has a path that leads out of the file");
    }
  }

  /** The numbers of an entry that take more than 32 bits. */
  private static ByteBuffer largeNumbers(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int id = unsigned(extra.getShort());
      int length = Math.min(unsigned(extra.getShort()), extra.remaining());
      if (id == ZIP_64_FIELD) {
        return extra.limit(extra.position() + length);
      }
      extra.position(extra.position() + length);
    }
    return extra.position(extra.limit());
  }

  private long nextLarge(ByteBuffer large, String name) {
    if (large.remaining() < Long.BYTES) {
      throw file.invalid("its entry " + name + " lacks its length or its place");
    }
    return large.getLong();
  }

  private long dataBegin(String name, long local, long length) {
    if (file.holds(local, LOCAL_BYTES)) {
      ByteBuffer header = file.read(local, LOCAL_BYTES);
      long begin =
          local + LOCAL_BYTES + unsigned(header.getShort(26)) + unsigned(header.getShort(28));
      if (header.getInt(0) == LOCAL && file.holds(begin, length)) {
        return begin;
      }
    }
    throw file.invalid("its entry " + name + " is not where the table of contents says");
  }

  private void checkApart() {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::begin));
    for (int i = 1; i < sorted.size(); i++) {
      Entry before = sorted.get(i - 1);
      if (before.begin() + before.length() > sorted.get(i).begin()) {
        throw file.invalid(
            "its entries " + before.name() + " and " + sorted.get(i).name() + " overlap");
      }
    }
  }

  private static int unsigned(short value) {
    return Short.toUnsignedInt(value);
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }
}
