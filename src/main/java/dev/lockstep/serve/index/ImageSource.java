package dev.lockstep.serve.index;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.lockstep.data.FolderPairs;
import dev.lockstep.data.PairReader;
import dev.lockstep.data.PairSource;
import dev.lockstep.data.SourcePair;
import dev.lockstep.data.SourceSpec;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where images come from: a folder with all that lies under it, or a dataset of pairs whose images
 * are files. In a folder an image's category is the name of the folder that it lies in; for pairs
 * it is looked up, by the file's name without its ending, in a CSV beside theirs with the columns
 * {@code id} and {@code category}, if there is one.
 *
 * @param path absolute: the folder, or the first file of the pairs
 */
public record ImageSource(Path path, PairSource pairs) {
  private static final String ID = "id";
  private static final String CATEGORY = "category";

  /**
   * @throws InvalidInputException if there is no such file or folder, or it cannot be read
   */
  public static ImageSource of(Path path) {
    if (!Files.exists(path)) {
      throw new InvalidInputException(
          path.toString(),
          "there is no such file or folder",
          "give a folder of images, or a CSV with the columns text,image_path");
    }
    Path absolute = path.toAbsolutePath().normalize();
    return Files.isDirectory(path)
        ? new ImageSource(absolute, FolderPairs.of(absolute))
        : of(SourceSpec.USUAL.source(List.of(absolute)));
  }

  /** The images of pairs that are files of their own; others have nothing to be shown by. */
  public static ImageSource of(PairSource pairs) {
    return new ImageSource(pairs.files().get(0).toAbsolutePath().normalize(), pairs);
  }

  /**
   * Its images, each once.
   *
   * @throws InvalidInputException if it cannot be read
   */
  List<ImageEntry> entries() {
    boolean isFolder = pairs instanceof FolderPairs;
    Map<Path, List<String>> texts = new LinkedHashMap<>();
    Map<Path, String> names = new HashMap<>();
    try (PairReader reader = pairs.open()) {
      while (reader.hasNext()) {
        SourcePair pair = reader.next();
        Optional<Path> file = pair.image().file();
        if (pair.malformed().isEmpty() && file.isPresent()) {
          List<String> of = texts.computeIfAbsent(file.get(), image -> new ArrayList<>());
          names.put(file.get(), pair.image().name());
          if (!pair.text().isBlank() && !of.contains(pair.text())) {
            of.add(pair.text());
          }
        }
      }
    }
    Map<String, String> categories = isFolder ? Map.of() : categories();
    List<ImageEntry> entries = new ArrayList<>();
    texts.forEach(
        (file, of) ->
            entries.add(
                isFolder
                    ? new ImageEntry(file, names.get(file), List.of(), String.join("", of))
                    : new ImageEntry(
                        real(file),
                        names.get(file),
                        List.copyOf(of),
                        categories.getOrDefault(stem(file), ""))));
    return entries;
  }

  /** The file itself, where a link is given: a link may come to lead elsewhere. */
  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file;
    }
  }

  private Map<String, String> categories() {
    try (Stream<Path> files = Files.list(path.getParent())) {
      Optional<Map<String, String>> found =
          files
              .filter(file -> ending(file).equals("csv") && !file.equals(path))
              .sorted()
              .map(ImageSource::categoriesIn)
              .filter(categories -> !categories.isEmpty())
              .findFirst();
      return found.orElse(Map.of());
    } catch (IOException e) {
      return Map.of();
    }
  }

  /** What lies beside a CSV may be anything. */
  private static Map<String, String> categoriesIn(Path csv) {
    Map<String, String> categories = new HashMap<>();
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder().detectBomHeader(true).ofNamedCsvRecord(csv)) {
      for (NamedCsvRecord row : reader) {
        if (!row.getHeader().contains(ID) || !row.getHeader().contains(CATEGORY)) {
          return Map.of();
        }
        categories.put(row.getField(ID), row.getField(CATEGORY));
      }
      return categories;
    } catch (IOException | UncheckedIOException | CsvParseException e) {
      return Map.of();
    }
  }

  private static String stem(Path image) {
    String name = image.getFileName().toString();
    return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
