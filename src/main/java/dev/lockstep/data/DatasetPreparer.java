package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Turns a CSV of captions and images into screened shards, once: what was prepared before from the
 * same files with the same options is found again by its digest, and what was left half-written is
 * made anew.
 */
public final class DatasetPreparer {
  private static final int DIGEST_DIGITS = 12;

  private final Path prepared;
  private final StoreSpec store;
  private final WordPieceTokenizer tokenizer;
  private final ShardSet.Disk disk;

  /**
   * @param prepared the folder in which each prepared CSV has a folder of its own
   */
  public DatasetPreparer(Path prepared, StoreSpec store, WordPieceTokenizer tokenizer) {
    this(prepared, store, tokenizer, ShardSet.Disk.REAL);
  }

  DatasetPreparer(
      Path prepared, StoreSpec store, WordPieceTokenizer tokenizer, ShardSet.Disk disk) {
    this.prepared = prepared;
    this.store = store;
    this.tokenizer = tokenizer;
    this.disk = disk;
  }

  /**
   * The tokenizer of an experiment; without a vocabulary, one is built of the training captions.
   */
  public static WordPieceTokenizer tokenizer(DataSpec data, TokenizerSpec spec) {
    Vocabulary vocabulary =
        spec.vocabulary()
            .map(Vocabulary::read)
            .orElseGet(
                () ->
                    Vocabulary.fromCaptions(
                        PairsFile.read(data.train()).captions(data.training().maxCaptionLength()),
                        spec));
    return new WordPieceTokenizer(vocabulary, spec);
  }

  /**
   * @throws InvalidInputException if the CSV cannot be used, not one of its rows can, or the data
   *     that is there was changed since it was prepared
   * @throws RunFailedException if the data cannot be written; nothing of it is left then
   */
  public Preparation prepare(Path csv, PreparationListener listener) {
    long start = System.nanoTime();
    PairsFile pairs = PairsFile.read(csv);
    String digest = DatasetDigest.of(pairs, store, tokenizer);
    String name =
        csv.getFileName().toString().replaceFirst("\\.[^.]*$", "")
            + "-"
            + digest.substring(0, DIGEST_DIGITS);
    Path folder = prepared.resolve(name);
    boolean reused = Files.exists(folder.resolve(Manifest.FILE));
    if (!reused) {
      reused = !makeAlone(folder, digest, pairs, listener);
    }
    PreparedDataset dataset = PreparedDataset.open(folder);
    return new Preparation(dataset, reused, Duration.ofNanos(System.nanoTime() - start));
  }

  /** Makes the data, unless another process did while this one waited for it. */
  private boolean makeAlone(
      Path folder, String digest, PairsFile pairs, PreparationListener listener) {
    Path lockFile = prepared.resolve("." + folder.getFileName() + ".lock");
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!lock.isValid() || Files.exists(folder.resolve(Manifest.FILE))) {
          return false;
        }
        new DatasetWriter(folder, store, tokenizer, disk).write(pairs, digest, listener);
        return true;
      }
    } catch (IOException e) {
      throw new RunFailedException(
          folder + " cannot be written: " + e,
          "check the disk and its permissions, or set data.prepared to another folder",
          e);
    }
  }
}
