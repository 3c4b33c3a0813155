package dev.lockstep.data;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a folder of prepared data holds, as {@code manifest.json}. It is written last: a folder
 * without one is not whole.
 *
 * @param formatVersion raised when older folders can no longer be read
 * @param digest of all that the folder was made from
 * @param csv the file that was prepared
 * @param storedSize width and height of the images
 * @param background the colour under transparent pixels, or "none"
 * @param contextLength the most tokens that a record has
 * @param vocabularySize tokens of the vocabulary in {@code vocab.txt}
 * @param records rows that were kept
 * @param captions different captions among them
 * @param images different images among them
 * @param captionsCut captions that were cut to the context length
 * @param unknownTokens tokens that the vocabulary does not hold, of {@code tokens}
 * @param files the shards in order, then {@code vocab.txt}
 * @param droppedByReason how many rows for each {@link DropReason}
 * @param dropped every row that was left out
 */
public record Manifest(
    int formatVersion,
    String digest,
    String csv,
    Encoding encoding,
    int storedSize,
    Resize resize,
    String background,
    int contextLength,
    int vocabularySize,
    long rows,
    long records,
    long captions,
    long images,
    long captionsCut,
    long tokens,
    long unknownTokens,
    List<PreparedFile> files,
    Map<String, Long> droppedByReason,
    List<DroppedRow> dropped) {

  public static final String FILE = "manifest.json";
  static final int FORMAT_VERSION = 1;

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /**
   * @param file its name in the folder
   * @param records 0 for a file that is no shard
   * @param bytes its length
   * @param crc32c of the whole file
   */
  public record PreparedFile(String file, long records, long bytes, long crc32c) {}

  /**
   * @param row from 0, the header not counted
   * @param line where the row begins in the CSV, from 1
   * @param imagePath as in the CSV
   * @param detail what was found
   */
  public record DroppedRow(
      long row, long line, String imagePath, DropReason reason, String detail) {}

  /**
   * @throws InvalidInputException if the file is missing, of another version or not a manifest
   */
  static Manifest read(Path file) {
    String remedy =
        "delete the folder "
            + file.toAbsolutePath().getParent()
            + "; it is made anew when it is needed";
    try {
      JsonObject json = GSON.fromJson(Files.readString(file), JsonObject.class);
      if (json == null || !json.has("formatVersion")) {
        throw new InvalidInputException(file.toString(), "this is not a manifest", remedy);
      }
      int version = json.get("formatVersion").getAsInt();
      if (version != FORMAT_VERSION) {
        throw new InvalidInputException(
            file.toString(),
            "the data is of format " + version + ", and " + FORMAT_VERSION + " is read",
            remedy);
      }
      Manifest manifest = GSON.fromJson(json, Manifest.class);
      if (manifest.files == null || manifest.encoding == null || manifest.dropped == null) {
        throw new InvalidInputException(file.toString(), "this is not a whole manifest", remedy);
      }
      return manifest;
    } catch (IOException e) {
      throw new InvalidInputException(file.toString(), "cannot be read: " + e, remedy, e);
    } catch (JsonParseException | UnsupportedOperationException | IllegalStateException e) {
      throw new InvalidInputException(
          file.toString(), "this is not a manifest: " + e.getMessage(), remedy, e);
    }
  }

  String toJson() {
    return GSON.toJson(this) + "\n";
  }
}
