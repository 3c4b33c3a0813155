package dev.lockstep.input;

import dev.lockstep.data.TfRecordReader;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.input.RecordSource.Shard;
import java.util.List;
import java.util.Optional;

/** Finds the file behind a failure to read, which TensorFlow does not name. */
final class ShardFailure {
  // What TensorFlow says of a flipped byte, of a cut inside a record, of a cut between two, and of
  // a file that went away.
  private static final List<String> MARKS =
      List.of(
          "corrupted record",
          "truncated record",
          "was expected to contain",
          "No such file or directory");

  private final RecordSource source;

  ShardFailure(RecordSource source) {
    this.source = source;
  }

  /** A failure that names the file and says what to do; other failures as they are. */
  RuntimeException explain(RuntimeException failure) {
    String message = String.valueOf(failure.getMessage());
    if (MARKS.stream().noneMatch(message::contains)) {
      return failure;
    }
    String found =
        source.shards().stream()
            .map(ShardFailure::damage)
            .flatMap(Optional::stream)
            .findFirst()
            .orElse("every file reads well now, so the disk may have failed for a moment");
    return new RunFailedException(
        "a shard of " + source.name() + " could not be read: " + found,
        "delete the folder "
            + source.files().get(0).toAbsolutePath().getParent()
            + " and give the same command again: the data is prepared anew, and the training goes"
            + " on from its last checkpoint",
        failure);
  }

  /** What is wrong with a file, in one line that begins with its name. */
  private static Optional<String> damage(Shard shard) {
    long records = 0;
    try (TfRecordReader reader = new TfRecordReader(shard.file())) {
      for (; reader.hasNext(); records++) {
        reader.next();
      }
    } catch (InvalidInputException e) {
      return e.getMessage().lines().findFirst();
    }
    return records == shard.records()
        ? Optional.empty()
        : Optional.of(shard.file() + " holds " + records + " records of " + shard.records());
  }
}
