package dev.lockstep.download;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.lockstep.data.PairSource;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The rows of a list whose image is there, as a CSV for data preparation. */
final class FetchedPairs {
  static final String FILE = "pairs.csv";

  private FetchedPairs() {}

  /** Written aside and renamed, so that it is whole or not there. */
  static void write(Path folder, PairSource list, Journal journal) {
    Path aside = folder.resolve(FILE + ".unfinished");
    try {
      try (CsvWriter csv = CsvWriter.builder().build(aside)) {
        csv.writeRecord("text", "image_path");
        ListRows.forEach(
            list,
            (text, link) -> {
              Entry entry = journal.get(Journal.key(link.url()));
              if (entry != null && entry.outcome() == Outcome.OK && !entry.file().isEmpty()) {
                csv.writeRecord(text, entry.file());
              }
            });
      }
      Files.move(
          aside,
          folder.resolve(FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new RunFailedException(
          aside + " cannot be written: " + e.getMessage(),
          "free some space; the same command goes on from there",
          e);
    }
  }
}
