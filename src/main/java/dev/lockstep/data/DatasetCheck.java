package dev.lockstep.data;

import dev.lockstep.data.Manifest.PreparedFile;
import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads all of a folder of prepared data and finds everything that is wrong with it. */
public final class DatasetCheck {
  private final PreparedDataset dataset;
  private final List<String> problems = new ArrayList<>();

  private DatasetCheck(PreparedDataset dataset) {
    this.dataset = dataset;
  }

  /**
   * What is wrong, one line each; nothing where all is well: files that are missing, of another
   * length or another checksum, an index that does not fit the shards, and images that are in two
   * parts of the dataset.
   *
   * @throws InvalidInputException if the folder has no manifest that can be read
   */
  public static List<String> of(Path folder) {
    DatasetCheck check = new DatasetCheck(PreparedDataset.openUnchecked(folder));
    check.files();
    if (check.problems.isEmpty()) {
      check.index();
    }
    return List.copyOf(check.problems);
  }

  private void files() {
    for (PreparedFile file : dataset.manifest().files()) {
      try {
        dataset.verify(file);
      } catch (InvalidInputException e) {
        problems.add(e.getMessage().lines().findFirst().orElse(""));
      }
    }
  }

  private void index() {
    RecordIndex written = dataset.index();
    RecordIndex found = RecordIndex.scan(dataset.shards());
    if (!written.sameAs(found)) {
      problems.add(
          dataset.folder().resolve(RecordIndex.FILE)
              + ": it does not fit the records of the shards");
    }
    List<PreparedFile> shards = dataset.shardFiles();
    LongCounts parts = new LongCounts();
    long inTwo = 0;
    for (int record = 0; record < found.size(); record++) {
      long part = 1L + shards.get(found.shard(record)).split().ordinal();
      long before = parts.get(found.imageKey(record));
      inTwo += before != 0 && before != part ? 1 : 0;
      parts.put(found.imageKey(record), part);
    }
    if (inTwo > 0) {
      problems.add(
          "%s: images are in two parts of the dataset (%,d records)"
              .formatted(dataset.folder(), inTwo));
    }
  }
}
