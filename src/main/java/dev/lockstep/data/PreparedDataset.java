package dev.lockstep.data;

import dev.lockstep.data.Manifest.PreparedFile;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A whole folder of prepared data, or one part of it: shards, a vocabulary and the manifest.
 * Several may be mixed for a training.
 *
 * @param split the part; without one, all of the folder
 * @param weight how often its pairs are drawn, among those of others; 0: as often as each pair
 * @param others what is mixed with it
 */
public record PreparedDataset(
    Path folder,
    Manifest manifest,
    Optional<Split> split,
    double weight,
    List<PreparedDataset> others) {
  public static final String VOCABULARY = "vocab.txt";

  /** Reading this much takes well under a second, so that every start can afford it. */
  private static final long VERIFIED_AT_OPENING = 256L << 20;

  /**
   * Opens a folder and checks that each file is there with its length; where there is little, also
   * its checksum.
   *
   * @throws InvalidInputException naming the file that is missing, cut short or changed
   */
  public static PreparedDataset open(Path folder) {
    PreparedDataset dataset = openUnchecked(folder);
    long bytes = 0;
    for (PreparedFile file : dataset.manifest.files()) {
      dataset.checkLength(file);
      bytes += file.bytes();
    }
    if (bytes <= VERIFIED_AT_OPENING) {
      dataset.verify();
    }
    return dataset;
  }

  /** A folder whose manifest can be read, whatever has become of the other files. */
  static PreparedDataset openUnchecked(Path folder) {
    Path manifest = folder.resolve(Manifest.FILE);
    if (!Files.isRegularFile(manifest)) {
      throw new InvalidInputException(
          folder.toString(),
          "there is no " + Manifest.FILE + ": this is no prepared data, or a part of it",
          "run prepare, which finishes it");
    }
    return new PreparedDataset(folder, Manifest.read(manifest), Optional.empty(), 0, List.of());
  }

  /**
   * One part of the folder.
   *
   * @throws InvalidInputException if it holds no record
   */
  public PreparedDataset part(Split part) {
    PreparedDataset dataset =
        new PreparedDataset(folder, manifest, Optional.of(part), weight, List.of());
    if (dataset.shardFiles().isEmpty()) {
      throw new InvalidInputException(
          folder.toString(),
          "no image fell into the part for " + part,
          "raise data.split." + part + ", or give more data");
    }
    return dataset;
  }

  /** Whether the folder has such a part. */
  public boolean has(Split part) {
    return manifest.files().stream().anyMatch(file -> file.split() == part);
  }

  public PreparedDataset withWeight(double newWeight) {
    return new PreparedDataset(folder, manifest, split, newWeight, others);
  }

  /**
   * This dataset and others as one to train on.
   *
   * @throws InvalidInputException if their images or tokens are not of one kind
   */
  public PreparedDataset mixedWith(List<PreparedDataset> more) {
    for (PreparedDataset other : more) {
      checkAlike(other, "stored-size", storedSize(), other.storedSize());
      checkAlike(other, "encoding", encoding(), other.encoding());
      checkAlike(other, "context-length", manifest.contextLength(), other.manifest.contextLength());
      checkAlike(other, "vocabulary", checksum(VOCABULARY), other.checksum(VOCABULARY));
    }
    return new PreparedDataset(folder, manifest, split, weight, List.copyOf(more));
  }

  private void checkAlike(PreparedDataset other, String what, Object mine, Object theirs) {
    if (!mine.equals(theirs)) {
      throw new InvalidInputException(
          other.folder.toString(),
          "its " + what + " is " + theirs + ", and that of " + folder + " is " + mine,
          "prepare both with the same options and the same vocabulary");
    }
  }

  private long checksum(String name) {
    return manifest.files().stream()
        .filter(file -> file.file().equals(name))
        .mapToLong(PreparedFile::crc32c)
        .findFirst()
        .orElse(0);
  }

  /** This dataset and what is mixed with it, each by itself. */
  public List<PreparedDataset> parts() {
    List<PreparedDataset> parts = new ArrayList<>();
    parts.add(new PreparedDataset(folder, manifest, split, weight, List.of()));
    parts.addAll(others);
    return parts;
  }

  /** Names the content: equal for equal data. */
  public String digest() {
    StringBuilder digest = new StringBuilder(manifest.digest());
    split.ifPresent(part -> digest.append('-').append(part));
    if (weight > 0) {
      digest.append('*').append(weight);
    }
    others.forEach(other -> digest.append('+').append(other.digest()));
    return digest.toString();
  }

  /** The shards of this dataset, what is mixed with it left out, in the order of the rows. */
  public List<Path> shards() {
    return shardFiles().stream().map(file -> folder.resolve(file.file())).toList();
  }

  /** The same with what the manifest says of each. */
  public List<PreparedFile> shardFiles() {
    return manifest.files().stream()
        .filter(PreparedFile::isShard)
        .filter(file -> split.isEmpty() || file.split() == split.get())
        .toList();
  }

  /**
   * Where each record of {@link #shards} stands.
   *
   * @throws InvalidInputException if the index is damaged
   */
  public RecordIndex index() {
    List<PreparedFile> all = manifest.files().stream().filter(PreparedFile::isShard).toList();
    RecordIndex index = RecordIndex.read(folder.resolve(RecordIndex.FILE), manifest.records());
    List<PreparedFile> mine = shardFiles();
    return mine.size() == all.size() ? index : index.of(mine.stream().map(all::indexOf).toList());
  }

  /**
   * @throws InvalidInputException if the data was prepared for another tokenizer
   */
  void checkSuits(WordPieceTokenizer tokenizer) {
    if (manifest.contextLength() != tokenizer.spec().contextLength()
        || !Arrays.equals(vocabulary().toBytes(), tokenizer.vocabulary().toBytes())) {
      throw new InvalidInputException(
          folder.toString(),
          "it was prepared with another vocabulary or for "
              + manifest.contextLength()
              + " tokens, and the experiment has "
              + tokenizer.spec().contextLength(),
          "set tokenizer.vocabulary = "
              + folder.resolve(VOCABULARY)
              + " and tokenizer.context-length = "
              + manifest.contextLength());
    }
  }

  public Vocabulary vocabulary() {
    return Vocabulary.read(folder.resolve(VOCABULARY));
  }

  /** Width and height of the stored images; of the whole folder, of those for training. */
  public int storedSize() {
    return storedAs().size();
  }

  /** Of the stored images; of the whole folder, of those for training. */
  public Encoding encoding() {
    return storedAs().encoding();
  }

  private StoredAs storedAs() {
    boolean isScored = split.isPresent() && split.get() != Split.TRAIN;
    return isScored && manifest.scored() != null
        ? manifest.scored()
        : new StoredAs(manifest.encoding(), manifest.storedSize());
  }

  /**
   * @throws InvalidInputException if what another folder has for scoring is stored in another way
   */
  void checkScoredAlike(PreparedDataset other) {
    if (!Objects.equals(manifest.scored(), other.manifest.scored())) {
      throw new InvalidInputException(
          other.folder.toString(),
          "its images for scoring are stored in another way than those of " + folder,
          "prepare both with the same options");
    }
  }

  /** How the images of a shard are stored. */
  Encoding encodingOf(PreparedFile shard) {
    return shard.split() == Split.TRAIN ? manifest.encoding() : part(shard.split()).encoding();
  }

  /** What lies under transparent pixels, if anything does. */
  public Optional<Background> background() {
    return Background.parse(manifest.background());
  }

  /** Records of this dataset and of what is mixed with it. */
  public long records() {
    return shardFiles().stream().mapToLong(PreparedFile::records).sum()
        + others.stream().mapToLong(PreparedDataset::records).sum();
  }

  /**
   * Reads every file and compares its checksum.
   *
   * @throws InvalidInputException naming the file, and for a shard the record, that was changed
   */
  public void verify() {
    manifest.files().forEach(this::verify);
  }

  /** One file of the manifest. */
  void verify(PreparedFile file) {
    checkLength(file);
    Path path = folder.resolve(file.file());
    if (crc32c(path) != file.crc32c()) {
      if (file.isShard()) {
        findDamage(path);
      }
      throw damaged(file, "its checksum is not that of the manifest: it was changed");
    }
  }

  private void checkLength(PreparedFile file) {
    Path path = folder.resolve(file.file());
    if (!Files.isRegularFile(path)) {
      throw damaged(file, "the file is missing");
    }
    try {
      long bytes = Files.size(path);
      if (bytes != file.bytes()) {
        throw damaged(file, "it has " + bytes + " bytes of " + file.bytes());
      }
    } catch (IOException e) {
      throw damaged(file, "cannot be read: " + e);
    }
  }

  /** Throws where a record's own checksum does not fit, which says more than the file's. */
  private static void findDamage(Path shard) {
    try (TfRecordReader reader = new TfRecordReader(shard)) {
      while (reader.hasNext()) {
        reader.next();
      }
    }
  }

  private InvalidInputException damaged(PreparedFile file, String found) {
    return new InvalidInputException(
        folder.resolve(file.file()).toString(),
        found,
        "delete the folder " + folder.toAbsolutePath() + "; it is made anew when it is needed");
  }

  /** Of a whole file. */
  static long crc32c(Path file) {
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[1 << 18];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        crc.update(buffer, 0, count);
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          file.toString(), "cannot be read: " + e, "check the disk and its permissions", e);
    }
    return crc.getValue();
  }
}
