package dev.lockstep.serve.index;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.lockstep.data.PairsFile;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where images come from: a folder with all that lies under it, or a CSV of pairs. In a folder an
 * image's category is the name of the folder that it lies in; for a CSV it is looked up, by the
 * file's name without its ending, in a CSV beside it with the columns {@code id} and {@code
 * category}, if there is one.
 *
 * @param path absolute
 */
public record ImageSource(Path path) {
  private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "gif", "bmp");
  private static final String ID = "id";
  private static final String CATEGORY = "category";

  /**
   * @throws InvalidInputException if there is no such file or folder
   */
  public static ImageSource of(Path path) {
    if (!Files.isDirectory(path) && !Files.isRegularFile(path)) {
      throw new InvalidInputException(
          path.toString(),
          "there is no such file or folder",
          "give a folder of images, or a CSV with the columns text,image_path");
    }
    return new ImageSource(path.toAbsolutePath().normalize());
  }

  /**
   * Its images, each once.
   *
   * @throws InvalidInputException if it cannot be read
   */
  List<ImageEntry> entries() {
    return Files.isDirectory(path) ? ofFolder() : ofCsv();
  }

  /** Links are passed over: they may lead out of the folder. */
  private List<ImageEntry> ofFolder() {
    try (Stream<Path> files = Files.walk(path)) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> ENDINGS.contains(ending(file)))
          .sorted()
          .map(
              file ->
                  new ImageEntry(file, slashes(path.relativize(file)), List.of(), folderName(file)))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new InvalidInputException(
          path.toString(), "cannot be read: " + e, "check its permissions", e);
    }
  }

  private String folderName(Path file) {
    Path folder = path.relativize(file).getParent();
    return folder == null ? "" : folder.getFileName().toString();
  }

  private List<ImageEntry> ofCsv() {
    Map<String, List<String>> captions = new LinkedHashMap<>();
    for (PairsFile.Row row : PairsFile.read(path).rows()) {
      if (row.malformed().isEmpty() && !row.imagePath().isEmpty()) {
        List<String> of = captions.computeIfAbsent(row.imagePath(), image -> new ArrayList<>());
        if (!row.text().isBlank() && !of.contains(row.text())) {
          of.add(row.text());
        }
      }
    }
    Map<String, String> categories = categories();
    List<ImageEntry> entries = new ArrayList<>();
    captions.forEach(
        (image, texts) ->
            entries.add(
                new ImageEntry(
                    real(path.resolveSibling(image).normalize()),
                    image,
                    List.copyOf(texts),
                    categories.getOrDefault(stem(image), ""))));
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

  private static String stem(String image) {
    String name = image.substring(image.lastIndexOf('/') + 1);
    return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static String slashes(Path path) {
    return path.toString().replace(path.getFileSystem().getSeparator(), "/");
  }
}
