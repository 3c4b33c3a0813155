package dev.lockstep.data;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a folder of prepared data holds, as {@code manifest.json}. It is written last: a folder
 * without one is not whole. No path in it is needed to use the folder, which may be moved to
 * another machine.
 *
 * @param formatVersion raised when older folders can no longer be read
 * @param digest of all that the folder was made from
 * @param source what was prepared, as it was named
 * @param sources the files that it was read from
 * @param options what was asked for, by name
 * @param storedSize width and height of the images; of originals, what is made of them
 * @param scored how the images of the parts for validation and test are stored; null where like the
 *     others
 * @param background the colour under transparent pixels, or "none"
 * @param contextLength the most tokens that a record has
 * @param vocabularySize tokens of the vocabulary in {@code vocab.txt}
 * @param rows rows of the source
 * @param records rows that were kept
 * @param captions different captions among them
 * @param images different images among them
 * @param captionsCut captions that were cut to the context length
 * @param unknownTokens tokens that the vocabulary does not hold, of {@code tokens}
 * @param statistics of what was kept
 * @param files the shards in order, then the vocabulary and the index
 * @param droppedByReason how many rows for each {@link DropReason}
 * @param dropped for each reason the first rows that were left out; all of them stand in {@code
 *     dropped.jsonl}
 */
public record Manifest(
    int formatVersion,
    String digest,
    String source,
    List<SourceFile> sources,
    Map<String, String> options,
    Encoding encoding,
    int storedSize,
    StoredAs scored,
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
    Statistics statistics,
    List<PreparedFile> files,
    Map<String, Long> droppedByReason,
    List<DroppedRow> dropped) {

  public static final String FILE = "manifest.json";

  /** All rows that were left out, a JSON object a line. */
  public static final String DROPPED = "dropped.jsonl";

  static final int FORMAT_VERSION = 2;

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /**
   * @param file its name
   * @param bytes its length
   */
  public record SourceFile(String file, long bytes) {}

  /**
   * @param file its name in the folder
   * @param split the part that a shard belongs to; null for a file that is no shard
   * @param records 0 for a file that is no shard
   * @param bytes its length
   * @param crc32c of the whole file
   */
  public record PreparedFile(String file, Split split, long records, long bytes, long crc32c) {
    boolean isShard() {
      return split != null;
    }
  }

  /**
   * @param row from 0, over all files of the source
   * @param file the file of the source that the row stands in
   * @param line where the row begins in it, from 1; 0 where it has no lines
   * @param imagePath as in the source
   * @param text the caption
   * @param detail what was found
   */
  public record DroppedRow(
      long row,
      String file,
      long line,
      String imagePath,
      String text,
      DropReason reason,
      String detail) {}

  /**
   * Counts of the pairs that were kept.
   *
   * @param shortSides of the images as they were published, in pixels: how many reach from each of
   *     these keys to the next
   * @param sideRatios of the longer to the shorter side: how many reach from each to the next
   */
  public record Statistics(Map<String, Long> shortSides, Map<String, Long> sideRatios) {}

  /**
   * @throws InvalidInputException if the file is missing, of another version or not a manifest
   */
  static Manifest read(Path file) {
    String remedy =
        "delete the folder "
            + file.toAbsolutePath().getParent()
            + "; it is made anew when it is needed";
    try {
      return JsonText.read(Files.readString(file), json -> manifest(file, json, remedy));
    } catch (IOException e) {
      throw new InvalidInputException(file.toString(), "cannot be read: " + e, remedy, e);
    } catch (JsonParseException e) {
      throw new InvalidInputException(
          file.toString(), "this is not a manifest: " + e.getMessage(), remedy, e);
    }
  }

  private static Manifest manifest(Path file, JsonObject json, String remedy) {
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
  }

  String toJson() {
    return GSON.toJson(this) + "\n";
  }
}
