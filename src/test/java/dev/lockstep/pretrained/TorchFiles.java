package dev.lockstep.pretrained;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes files in the form of {@code torch.save} around any pickle. */
final class TorchFiles {
  private TorchFiles() {}

  private static final Pattern HEX = Pattern.compile("<([0-9a-f]{2})>");

  /** A pickle of protocol 2, from text in which {@code <0a>} is a byte. */
  static byte[] pickle(String operations) {
    return bytes("<80><02>" + operations + ".");
  }

  static byte[] bytes(String text) {
    return HEX.matcher(text)
        .replaceAll(
            hex ->
                Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(hex.group(1), 16))))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * {@code {name: tensor}}, the tensor a view of the storage "0".
   *
   * @param numbers the operations that push the offset, the shape and the strides
   */
  static byte[] tensorPickle(String storageElements, String numbers) {
    return pickle(
        "}X<01><00><00><00>w"
            + "ctorch._utils<0a>_rebuild_tensor_v2<0a>("
            + "(X<07><00><00><00>storagectorch<0a>FloatStorage<0a>"
            + "X<01><00><00><00>0X<03><00><00><00>cpu"
            + storageElements
            + "tQ"
            + numbers
            + "<89>}tRs");
  }

  /** The operation that pushes a number of up to eight bytes. */
  static String number(long value) {
    StringBuilder operation = new StringBuilder("<8a><08>");
    for (int i = 0; i < 8; i++) {
      operation.append(String.format("<%02x>", value >>> (8 * i) & 0xff));
    }
    return operation.toString();
  }

  static Path write(Path path, byte[] pickle, Map<String, byte[]> storages) {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      store(zip, "archive/data.pkl", pickle);
      for (Map.Entry<String, byte[]> storage : storages.entrySet()) {
        store(zip, storage.getKey(), storage.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path;
  }

  /** A zip file with one compressed entry of zeros. */
  static Path writeCompressed(Path path, byte[] pickle, long zeros) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      store(zip, "archive/data.pkl", pickle);
      zip.setLevel(9);
      zip.putNextEntry(new ZipEntry("archive/data/0"));
      byte[] piece = new byte[1 << 20];
      for (long at = 0; at < zeros; at += piece.length) {
        zip.write(piece);
      }
      zip.closeEntry();
    }
    return path;
  }

  private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  static byte[] repeated(String start, String part, int count, String end) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(bytes(start));
    byte[] repeated = bytes(part);
    for (int i = 0; i < count; i++) {
      bytes.writeBytes(repeated);
    }
    bytes.writeBytes(bytes(end));
    return bytes.toByteArray();
  }
}
