package dev.lockstep.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.lockstep.config.Spelling;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.Utf8File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * A CSV of captions and image files, in UTF-8: columns {@code text} and {@code image_path}, in any
 * order and among others. Paths count from the CSV's folder.
 *
 * @param rows in the file's order
 */
public record PairsFile(Path csv, List<Row> rows) {
  public static final String TEXT = "text";
  public static final String IMAGE_PATH = "image_path";

  /**
   * @param number from 0, the header not counted
   * @param line where it begins in the file, from 1
   * @param text as it stands in the file; empty in a malformed row
   * @param imagePath as it stands in the file; empty in a malformed row
   * @param malformed what is wrong with the row as such
   */
  public record Row(
      long number, long line, String text, String imagePath, Optional<String> malformed) {}

  /**
   * @throws InvalidInputException if the file is missing, not UTF-8, no CSV, has no rows or lacks a
   *     column
   */
  public static PairsFile read(Path csv) {
    Utf8File.check(csv);
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .detectBomHeader(true)
            .allowMissingFields(true)
            .allowExtraFields(true)
            .allowUnclosedQuote(false)
            .ofCsvRecord(csv)) {
      Iterator<CsvRecord> records = reader.iterator();
      if (!records.hasNext()) {
        throw new InvalidInputException(
            csv.toString(), "the file is empty", "its first line must be: text,image_path");
      }
      List<String> header = records.next().getFields().stream().map(String::strip).toList();
      int text = column(csv, header, TEXT);
      int imagePath = column(csv, header, IMAGE_PATH);
      List<Row> rows = new ArrayList<>();
      while (records.hasNext()) {
        rows.add(row(rows.size(), records.next(), header.size(), text, imagePath));
      }
      if (rows.isEmpty()) {
        throw new InvalidInputException(
            csv.toString(), "there is a header and no row", "give one row for each pair");
      }
      return new PairsFile(csv, rows);
    } catch (CsvParseException e) {
      throw new InvalidInputException(
          csv.toString(),
          "not a CSV file: " + causes(e),
          "a field that holds a comma, a quote or a line break must stand in double quotes",
          e);
    } catch (IOException | UncheckedIOException e) {
      throw new InvalidInputException(
          csv.toString(), "cannot be read: " + e, "check its permissions", e);
    }
  }

  /** The captions of the rows that have one, as they are trained on. */
  public List<String> captions(int maxLength) {
    return rows.stream()
        .map(row -> Caption.of(row.text()))
        .filter(caption -> caption.length() > 0 && caption.length() <= maxLength)
        .map(Caption::text)
        .toList();
  }

  private static Row row(long number, CsvRecord record, int columns, int text, int imagePath) {
    int fields = record.getFieldCount();
    long line = record.getStartingLineNumber();
    if (fields != columns) {
      String fault =
          fields + (fields == 1 ? " field" : " fields") + " where the header has " + columns;
      return new Row(number, line, "", "", Optional.of(fault));
    }
    return new Row(
        number, line, record.getField(text), record.getField(imagePath).strip(), Optional.empty());
  }

  private static int column(Path csv, List<String> header, String name) {
    int column = header.indexOf(name);
    if (column < 0) {
      String nearest =
          Spelling.nearest(name, header).map(h -> "; is '" + h + "' meant for it?").orElse("");
      throw new InvalidInputException(
          csv + ":1",
          "there is no column '" + name + "'",
          "the columns are: " + String.join(", ", header) + nearest);
    }
    if (header.lastIndexOf(name) != column) {
      throw new InvalidInputException(
          csv + ":1", "there are two columns '" + name + "'", "rename one of them");
    }
    return column;
  }

  private static String causes(Throwable e) {
    return e.getCause() == null || e.getCause().getMessage() == null
        ? e.getMessage()
        : e.getMessage() + ": " + e.getCause().getMessage();
  }
}
