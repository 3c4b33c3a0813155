package dev.lockstep.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.Utf8File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * A CSV file (RFC 4180) of captions and the paths of images: {@code text,image_path}, or {@code
 * text,url,filename} with the folder that the URLs were downloaded to. Columns may stand in any
 * order and among others; a field in quotes may hold line breaks.
 */
record CsvPairs(Path csv, RowColumns columns) implements FilePairs {
  @Override
  public Path file() {
    return csv;
  }

  @Override
  public void check() {
    try (InputStream in = TextInput.open(csv)) {
      Utf8File.check(csv, in);
    } catch (IOException e) {
      throw TextInput.unreadable(csv, e);
    }
    open(0).close();
  }

  @Override
  public PairReader open(long firstRow) {
    return new Rows(firstRow);
  }

  private final class Rows implements PairReader {
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> records;
    private final int width;
    private final int text;
    private final int[] image;
    private long row;

    Rows(long firstRow) {
      row = firstRow;
      reader =
          CsvReader.builder()
              .fieldSeparator(csv.toString().matches(".*\\.tsv(\\.gz)?") ? '\t' : ',')
              .allowMissingFields(true)
              .allowExtraFields(true)
              .allowUnclosedQuote(false)
              .ofCsvRecord(TextInput.reader(csv));
      records = reader.iterator();
      try {
        List<String> header = header();
        width = header.size();
        int[] columns = places(header);
        text = columns[0];
        image = Arrays.copyOfRange(columns, 1, columns.length);
      } catch (InvalidInputException e) {
        close();
        throw e;
      }
    }

    private List<String> header() {
      if (!hasNext()) {
        throw new InvalidInputException(
            csv.toString(),
            "the file is empty",
            "its first line must name its columns, as in: text,image_path");
      }
      return records.next().getFields().stream().map(String::strip).toList();
    }

    /** Of the caption and of the image's parts; -1 for a column that is not there. */
    private int[] places(List<String> header) {
      return columns.find(header, csv.toString(), csv + ":1").stream()
          .mapToInt(name -> name.map(header::indexOf).orElse(-1))
          .toArray();
    }

    @Override
    public boolean hasNext() {
      try {
        return records.hasNext();
      } catch (CsvParseException | UncheckedIOException e) {
        throw failed(e);
      }
    }

    @Override
    public SourcePair next() {
      CsvRecord record;
      try {
        record = records.next();
      } catch (CsvParseException | UncheckedIOException e) {
        throw failed(e);
      }
      int fields = record.getFieldCount();
      long line = record.getStartingLineNumber();
      if (fields != width) {
        return SourcePair.malformed(
            row++,
            csv.getFileName().toString(),
            line,
            fields + (fields == 1 ? " field" : " fields") + " where the header has " + width);
      }
      return SourcePair.of(
          row++,
          csv.getFileName().toString(),
          line,
          field(record, text),
          columns.image(Arrays.stream(image).mapToObj(i -> field(record, i)).toList()));
    }

    private static String field(CsvRecord record, int place) {
      return place < 0 ? "" : record.getField(place);
    }

    @Override
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw TextInput.unreadable(csv, e);
      }
    }

    private InvalidInputException failed(RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof IOException io) {
          return TextInput.unreadable(csv, io);
        }
      }
      return new InvalidInputException(
          csv.toString(),
          "not a CSV file: " + causes(e),
          "a field that holds a comma, a quote or a line break must stand in double quotes",
          e);
    }

    private static String causes(Throwable e) {
      return e.getCause() == null || e.getCause().getMessage() == null
          ? e.getMessage()
          : e.getMessage() + ": " + e.getCause().getMessage();
    }
  }
}
