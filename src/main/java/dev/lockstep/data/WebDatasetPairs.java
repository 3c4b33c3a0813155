package dev.lockstep.data;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A WebDataset tar, as img2dataset writes them: files that follow each other and share a name up to
 * the first dot make a pair, {@code 000000012.jpg} and {@code 000000012.txt} or a field of {@code
 * 000000012.json}. One pass, in which a pair is all that is held. A tar that is cut short gives the
 * pairs before the cut and then one malformed row.
 */
record WebDatasetPairs(Path file, SourceColumns columns) implements FilePairs {
  private static final Set<String> IMAGES =
      Set.of("jpg", "jpeg", "png", "webp", "gif", "bmp", "img", "image");
  private static final Set<String> TEXTS = Set.of("txt", "text", "caption");

  @Override
  public boolean namesImageFiles() {
    return false;
  }

  @Override
  public PairReader open(long firstRow) {
    return new Samples(firstRow);
  }

  private final class Samples extends OneAhead {
    private final TarReader tar = new TarReader(TextInput.open(file));
    private final String name = file.getFileName().toString();
    private TarReader.Member member;
    private boolean ended;
    private boolean begun;
    private long row;

    Samples(long firstRow) {
      row = firstRow;
    }

    @Override
    SourcePair read() {
      if (ended) {
        return null;
      }
      try {
        if (!begun) {
          begun = true;
          member = tar.next();
        }
        if (member == null) {
          ended = true;
          return null;
        }
        return sample();
      } catch (IOException e) {
        ended = true;
        return SourcePair.malformed(
            row++,
            name,
            0,
            "the archive is damaged or cut short, and what follows in it is lost: "
                + e.getMessage());
      }
    }

    private SourcePair sample() throws IOException {
      String key = key(member.name());
      Map<String, byte[]> parts = new TreeMap<>();
      String image = "";
      for (; member != null && key(member.name()).equals(key); member = tar.next()) {
        String ending = member.name().substring(key.length()).toLowerCase(Locale.ROOT);
        ending = ending.startsWith(".") ? ending.substring(1) : ending;
        if (member.bytes() > ImageFile.MAX_BYTES) {
          return oversized(key);
        }
        if (IMAGES.contains(ending)) {
          image = member.name();
          parts.put("image", tar.read());
        } else if (TEXTS.contains(ending)) {
          parts.put("text", tar.read());
        } else if (ending.equals("json")) {
          parts.put("json", tar.read());
        }
      }
      Optional<String> text = text(parts);
      if (text.isEmpty()) {
        return SourcePair.malformed(row++, name, 0, key + " has no .txt and no caption in a .json");
      }
      SourceImage bytes =
          parts.containsKey("image") ? new ImageBytes(image, parts.get("image")) : new NoImage("");
      return SourcePair.of(row++, name, 0, text.get(), bytes);
    }

    private SourcePair oversized(String key) throws IOException {
      String found = member.name() + " has " + member.bytes() + " bytes";
      while (member != null && key(member.name()).equals(key)) {
        member = tar.next();
      }
      return SourcePair.malformed(
          row++, name, 0, found + "; up to " + ImageFile.MAX_BYTES + " are read");
    }

    /** The field that the columns name, or else the text file, or else the usual fields. */
    private Optional<String> text(Map<String, byte[]> parts) {
      Optional<JsonObject> json = Optional.ofNullable(parts.get("json")).flatMap(Samples::object);
      Optional<String> file =
          Optional.ofNullable(parts.get("text"))
              .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
      Optional<String> named =
          columns
              .text()
              .flatMap(field -> json.flatMap(o -> JsonLinesPairs.field(o, List.of(field))));
      return named
          .or(() -> file)
          .or(() -> json.flatMap(o -> JsonLinesPairs.field(o, SourceColumns.TEXTS)));
    }

    private static Optional<JsonObject> object(byte[] bytes) {
      try {
        return Optional.of(JsonText.object(new String(bytes, StandardCharsets.UTF_8)));
      } catch (JsonParseException e) {
        return Optional.empty();
      }
    }

    /** The name up to the first dot after the last slash. */
    private static String key(String member) {
      int dot = member.indexOf('.', member.lastIndexOf('/') + 1);
      return dot < 0 ? member : member.substring(0, dot);
    }

    @Override
    public void close() {
      try {
        tar.close();
      } catch (IOException e) {
        throw TextInput.unreadable(file, e);
      }
    }
  }
}
