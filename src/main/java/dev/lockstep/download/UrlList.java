package dev.lockstep.download;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.lockstep.data.TextInput;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A CSV (or {@code .tsv}, or either with {@code .gz}) with a column {@code url}, and perhaps {@code
 * filename} and {@code text}, read in one pass as often as it is asked for.
 */
record UrlList(Path file) {
  private static final List<String> URLS = List.of("url", "URL", "image_url");
  private static final List<String> FILENAMES = List.of("filename", "image_path");
  private static final List<String> TEXTS = List.of("text", "caption", "TEXT");

  /**
   * Gives every row, in order. A row with too few fields is given with an empty URL, so that it is
   * counted like any other.
   *
   * @return how many there were
   * @throws InvalidInputException if the file is missing or no CSV, or has no such column
   */
  long forEach(Consumer<UrlRow> take) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file.toString(), "there is no such file", "give a CSV with a column url");
    }
    char separator = file.toString().matches(".*\\.tsv(\\.gz)?") ? '\t' : ',';
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .fieldSeparator(separator)
            .allowMissingFields(true)
            .allowExtraFields(true)
            .allowUnclosedQuote(false)
            .ofCsvRecord(TextInput.reader(file))) {
      Iterator<CsvRecord> records = reader.iterator();
      List<String> header =
          records.hasNext()
              ? records.next().getFields().stream().map(String::strip).toList()
              : List.of();
      int url = column(header, URLS);
      int filename = column(header, FILENAMES);
      int text = column(header, TEXTS);
      if (url < 0) {
        throw new InvalidInputException(
            file + ":1",
            header.isEmpty() ? "the file is empty" : "there is no column 'url'",
            "the columns are: " + String.join(", ", header));
      }
      long rows = 0;
      while (records.hasNext()) {
        CsvRecord record = records.next();
        rows++;
        take.accept(
            new UrlRow(
                field(record, text).orElse(""),
                field(record, url).orElse("").strip(),
                field(record, filename).map(String::strip).filter(name -> !name.isEmpty())));
      }
      return rows;
    } catch (CsvParseException e) {
      throw new InvalidInputException(
          file.toString(),
          "not a CSV file: " + e.getMessage(),
          "a field that holds a comma, a quote or a line break must stand in double quotes",
          e);
    } catch (IOException | UncheckedIOException e) {
      throw TextInput.unreadable(file, e);
    }
  }

  private static int column(List<String> header, List<String> names) {
    return names.stream().mapToInt(header::indexOf).filter(i -> i >= 0).findFirst().orElse(-1);
  }

  private static Optional<String> field(CsvRecord record, int index) {
    return index >= 0 && index < record.getFieldCount()
        ? Optional.of(record.getField(index))
        : Optional.empty();
  }
}
