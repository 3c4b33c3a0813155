package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.VocabularyBuilder;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Turns a source of captions and images into screened shards, once: what was prepared before from
 * the same files with the same options is found again by its digest, and what was left half-written
 * is gone on with.
 */
public final class DatasetPreparer {
  private static final int DIGEST_DIGITS = 12;

  private final Path prepared;
  private final StoreSpec store;
  private final WordPieceTokenizer tokenizer;
  private final ShardSet.Disk disk;

  /**
   * @param prepared the folder in which each prepared source has a folder of its own
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
   * The tokenizer of an experiment; without a vocabulary, that of the prepared data that it trains
   * on, and otherwise one that is built of the training captions.
   */
  public static WordPieceTokenizer tokenizer(DataSpec data, TokenizerSpec spec) {
    Vocabulary vocabulary =
        spec.vocabulary()
            .map(Vocabulary::read)
            .or(
                () ->
                    data.train().stream()
                        .filter(DatasetSpec::isPrepared)
                        .findFirst()
                        .map(prepared -> PreparedDataset.open(prepared.files().get(0)))
                        .map(PreparedDataset::vocabulary))
            .orElseGet(
                () -> {
                  VocabularyBuilder builder = new VocabularyBuilder(spec);
                  data.train()
                      .forEach(
                          set -> addCaptions(set, data.training().maxCaptionLength(), builder));
                  return builder.build();
                });
    return new WordPieceTokenizer(vocabulary, spec);
  }

  private static void addCaptions(DatasetSpec dataset, int maxLength, VocabularyBuilder builder) {
    try (PairReader pairs = dataset.pairs().open()) {
      while (pairs.hasNext()) {
        SourcePair pair = pairs.next();
        Caption caption = Caption.of(pair.text());
        if (pair.malformed().isEmpty() && caption.length() > 0 && caption.length() <= maxLength) {
          builder.add(caption.text());
        }
      }
    }
  }

  /** Prepares one file of pairs as {@link #prepare(PairSource, PreparationListener)} does. */
  public Preparation prepare(Path file, PreparationListener listener) {
    return prepare(DatasetSpec.of(file), listener);
  }

  /**
   * Prepares a dataset, or opens it where it is prepared already.
   *
   * @throws InvalidInputException as {@link #prepare(PairSource, PreparationListener)} does, or if
   *     prepared data does not suit the tokenizer
   */
  public Preparation prepare(DatasetSpec spec, PreparationListener listener) {
    if (!spec.isPrepared()) {
      return prepare(spec.pairs(), listener);
    }
    long start = System.nanoTime();
    PreparedDataset dataset = PreparedDataset.open(spec.files().get(0));
    dataset.checkSuits(tokenizer);
    return new Preparation(dataset, true, Duration.ofNanos(System.nanoTime() - start));
  }

  /**
   * @throws InvalidInputException if the source cannot be used, not one of its rows can, or the
   *     data that is there was changed since it was prepared
   * @throws RunFailedException if the data cannot be written; nothing of it is left then
   */
  public Preparation prepare(PairSource source, PreparationListener listener) {
    long start = System.nanoTime();
    DatasetDigest digest = DatasetDigest.of(source, store, tokenizer);
    Path folder = prepared.resolve(stem(source) + "-" + digest.hex().substring(0, DIGEST_DIGITS));
    boolean reused = Files.exists(folder.resolve(Manifest.FILE));
    if (!reused) {
      reused = !makeAlone(folder, digest, source, listener);
    }
    PreparedDataset dataset = PreparedDataset.open(folder);
    return new Preparation(dataset, reused, Duration.ofNanos(System.nanoTime() - start));
  }

  /** The name of the first file without its endings; of many, that of their folder. */
  private static String stem(PairSource source) {
    Path first = source.files().get(0).toAbsolutePath();
    Path named =
        source.files().size() > 2 && first.getParent().getFileName() != null
            ? first.getParent()
            : first;
    String name = named.getFileName().toString().replaceFirst("(.)\\..*$", "$1");
    return name.replaceAll("[^\\p{L}\\p{N}._-]", "_");
  }

  /** Makes the data, unless another process did while this one waited for it. */
  private boolean makeAlone(
      Path folder, DatasetDigest digest, PairSource source, PreparationListener listener) {
    Path lockFile = prepared.resolve("." + folder.getFileName() + ".lock");
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!lock.isValid() || Files.exists(folder.resolve(Manifest.FILE))) {
          return false;
        }
        try (DatasetWriter writer =
            new DatasetWriter(folder, store, tokenizer, disk, source, listener)) {
          writer.write(digest.hex(), digest.rows());
        }
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
