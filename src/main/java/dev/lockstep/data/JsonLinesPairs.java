package dev.lockstep.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object on each line, with the fields {@code text} and {@code image_path} or {@code
 * filename}; other fields are not looked at, and blank lines are none.
 */
record JsonLinesPairs(Path file, RowColumns columns) implements FilePairs {
  /** How many objects must be without a field before it is taken to have another name. */
  private static final int LOOKED_AT = 100;

  /** Looks at the first objects: where none has a field that is needed, it has another name. */
  @Override
  public void check() {
    Set<String> there = new LinkedHashSet<>();
    try (Objects objects = new Objects(file)) {
      int seen = 0;
      while (seen < LOOKED_AT && objects.advance()) {
        seen++;
        objects.object().ifPresent(object -> there.addAll(object.keySet()));
      }
      if (there.isEmpty()) {
        throw new InvalidInputException(
            file.toString(),
            seen == 0 ? "the file is empty" : "no line is a JSON object",
            "each line must be an object, as in: {\"text\": ..., \"image_path\": ...}");
      }
    }
    columns.find(List.copyOf(there), file.toString(), file.toString());
  }

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
        return Optional.of(JsonText.object(text));
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
      if (object.isEmpty()) {
        return SourcePair.malformed(row++, name, objects.line(), "not a JSON object");
      }
      Optional<String> text = field(object.get(), columns.text().names());
      if (text.isEmpty() && columns.text().needed()) {
        return SourcePair.malformed(
            row++,
            name,
            objects.line(),
            "no text in the field " + String.join(" or ", columns.text().names()));
      }
      List<String> parts =
          columns.imageParts().stream()
              .map(part -> field(object.get(), part.names()).orElse(""))
              .toList();
      return SourcePair.of(row++, name, objects.line(), text.orElse(""), columns.image(parts));
    }

    @Override
    public void close() {
      objects.close();
    }
  }
}
