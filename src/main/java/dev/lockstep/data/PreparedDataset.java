package dev.lockstep.data;

import dev.lockstep.data.Manifest.PreparedFile;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A whole folder of prepared data: shards, a vocabulary and the manifest. */
public record PreparedDataset(Path folder, Manifest manifest) {
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
    Path manifest = folder.resolve(Manifest.FILE);
    if (!Files.isRegularFile(manifest)) {
      throw new InvalidInputException(
          folder.toString(),
          "there is no " + Manifest.FILE + ": this is no prepared data, or a part of it",
          "run prepare, which finishes it");
    }
    PreparedDataset dataset = new PreparedDataset(folder, Manifest.read(manifest));
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

  /** The shards, in the order of the CSV's rows. */
  public List<Path> shards() {
    return manifest.files().stream()
        .filter(file -> file.records() > 0)
        .map(file -> folder.resolve(file.file()))
        .toList();
  }

  public Vocabulary vocabulary() {
    return Vocabulary.read(folder.resolve(VOCABULARY));
  }

  /** Width and height of the stored images. */
  public int storedSize() {
    return manifest.storedSize();
  }

  public Encoding encoding() {
    return manifest.encoding();
  }

  /** What lies under transparent pixels, if anything does. */
  public Optional<Background> background() {
    return Background.parse(manifest.background());
  }

  public long records() {
    return manifest.records();
  }

  /**
   * Reads every file and compares its checksum.
   *
   * @throws InvalidInputException naming the file, and for a shard the record, that was changed
   */
  public void verify() {
    for (PreparedFile file : manifest.files()) {
      checkLength(file);
      long crc = crc32c(folder.resolve(file.file()));
      if (crc != file.crc32c()) {
        if (file.records() > 0) {
          findDamage(folder.resolve(file.file()));
        }
        throw damaged(file, "its checksum is not that of the manifest: it was changed");
      }
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

  private static long crc32c(Path file) {
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
