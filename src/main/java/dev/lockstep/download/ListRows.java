package dev.lockstep.download;

import dev.lockstep.data.ImageLink;
import dev.lockstep.data.PairReader;
import dev.lockstep.data.PairSource;
import dev.lockstep.data.SourcePair;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What a list holds.
 *
 * @param links rows with a link
 * @param malformed rows that are wrong as such, and cannot be fetched
 * @param firstMalformed where the first of these stands and what is wrong with it
 */
record ListRows(long links, long malformed, Optional<String> firstMalformed) {
  static final ListRows NONE = new ListRows(0, 0, Optional.empty());

  /**
   * Counts, in a pass over the list.
   *
   * @throws dev.lockstep.error.InvalidInputException if it cannot be read to its end
   */
  static ListRows of(PairSource list) {
    long links = 0;
    long malformed = 0;
    Optional<String> first = Optional.empty();
    try (PairReader reader = list.open()) {
      while (reader.hasNext()) {
        SourcePair pair = reader.next();
        if (pair.malformed().isEmpty()) {
          links++;
        } else {
          malformed++;
          first = first.or(() -> Optional.of(place(pair) + ": " + pair.malformed().get()));
        }
      }
    }
    return new ListRows(links, malformed, first);
  }

  private static String place(SourcePair pair) {
    return pair.line() > 0 ? pair.file() + ":" + pair.line() : pair.file();
  }

  /** Gives the caption and the link of every row that has one, in the order of the list. */
  static void forEach(PairSource list, BiConsumer<String, ImageLink> take) {
    try (PairReader reader = list.open()) {
      while (reader.hasNext()) {
        SourcePair pair = reader.next();
        if (pair.image() instanceof ImageLink link) {
          take.accept(pair.text(), link);
        }
      }
    }
  }
}
