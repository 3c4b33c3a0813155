package dev.lockstep.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A JSON object on each line, with the fields {@code text} and {@code image_path} or {@code
 * filename}; other fields are not looked at, and blank lines are none.
 *
 * @param images the folder that paths count from; the file's own without one
 */
record JsonLinesPairs(Path file, SourceColumns columns, Optional<Path> images)
    implements FilePairs {

  @Override
  public PairReader open(long firstRow) {
    return new Lines(firstRow);
  }

  /** The value of the first of some fields that a line has, as text. */
  static Optional<String> field(JsonObject object, List<String> names) {
    for (String name : names) {
      JsonElement value = object.get(name);
      if (value != null && value.isJsonPrimitive()) {
        return Optional.of(value.getAsString());
      }
    }
    return Optional.empty();
  }

  /** Reads the lines of a file, one object each. */
  static final class Objects implements AutoCloseable {
    private final Path file;
    private final BufferedReader reader;
    private long line;
    private String text;

    Objects(Path file) {
      this.file = file;
      this.reader = TextInput.reader(file);
    }

    /** Goes to the next line that is not blank, if there is one. */
    boolean advance() {
      try {
        do {
          text = reader.readLine();
          line++;
        } while (text != null && text.isBlank());
        return text != null;
      } catch (IOException e) {
        throw TextInput.unreadable(file, e);
      }
    }

    /** From 1. */
    long line() {
      return line;
    }

    /** The line as an object, or empty where it is none. */
    Optional<JsonObject> object() {
      try {
        JsonElement element = JsonParser.parseString(text);
        return element.isJsonObject() ? Optional.of(element.getAsJsonObject()) : Optional.empty();
      } catch (JsonParseException e) {
        return Optional.empty();
      }
    }

    @Override
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw TextInput.unreadable(file, e);
      }
    }
  }

  private final class Lines extends OneAhead {
    private final Objects objects = new Objects(file);
    private final String name = file.getFileName().toString();
    private final Path folder = images.orElse(file.toAbsolutePath().getParent());
    private long row;

    Lines(long firstRow) {
      row = firstRow;
    }

    @Override
    SourcePair read() {
      if (!objects.advance()) {
        return null;
      }
      Optional<JsonObject> object = objects.object();
      Optional<String> text = object.flatMap(o -> field(o, columns.texts()));
      if (text.isEmpty()) {
        return SourcePair.malformed(
            row++,
            name,
            objects.line(),
            object.isEmpty()
                ? "not a JSON object"
                : "no text in the field " + String.join(" or ", columns.texts()));
      }
      String image = field(object.get(), columns.images()).orElse("");
      return SourcePair.of(
          row++, name, objects.line(), text.get(), ImageFile.in(folder, image.strip()));
    }

    @Override
    public void close() {
      objects.close();
    }
  }
}
