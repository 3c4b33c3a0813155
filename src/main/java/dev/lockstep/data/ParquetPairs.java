package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A Parquet file with a column of texts and one of images: paths, names of downloaded files, the
 * files' bytes, or Hugging Face's struct of {@code bytes} and {@code path}. Read by DuckDB, a few
 * thousand rows at a time.
 *
 * @param images the folder that paths count from; the file's own without one
 */
record ParquetPairs(Path file, SourceColumns columns, Optional<Path> images) implements FilePairs {
  private static final String MEMORY = "256MB";

  @Override
  public void check() {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file.toString(), "there is no such file", "check the path");
    }
  }

  @Override
  public PairReader open(long firstRow) {
    return new Rows(firstRow);
  }

  private final class Rows extends OneAhead {
    private final String name = file.getFileName().toString();
    private final Path folder = images.orElse(file.toAbsolutePath().getParent());
    private final Connection connection;
    private final Statement statement;
    private final ResultSet rows;
    private boolean bytes;
    private long row;

    Rows(long firstRow) {
      row = firstRow;
      try {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        properties.setProperty("memory_limit", MEMORY);
        properties.setProperty("threads", "1");
        connection = DriverManager.getConnection("jdbc:duckdb:", properties);
        statement = connection.createStatement();
        rows = statement.executeQuery(query());
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    private String query() throws SQLException {
      String table = "read_parquet('" + file.toString().replace("'", "''") + "')";
      Map<String, String> types = new LinkedHashMap<>();
      try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
        while (described.next()) {
          types.put(described.getString("column_name"), described.getString("column_type"));
        }
      }
      List<String> there = new ArrayList<>(types.keySet());
      String text = columns.text(there, file.toString());
      String image = columns.image(there, file.toString());
      String type = types.get(image);
      bytes = type.equals("BLOB") || type.startsWith("STRUCT");
      return "SELECT CAST(%s AS VARCHAR), %s%s FROM %s"
          .formatted(quoted(text), quoted(image), type.startsWith("STRUCT") ? ".bytes" : "", table);
    }

    private static String quoted(String column) {
      return "\"" + column.replace("\"", "\"\"") + "\"";
    }

    @Override
    SourcePair read() {
      try {
        if (!rows.next()) {
          return null;
        }
        String text = rows.getString(1);
        long line = row + 1;
        if (text == null) {
          return SourcePair.malformed(row++, name, 0, "row " + line + " has no text");
        }
        return SourcePair.of(row++, name, 0, text, image());
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    private SourceImage image() throws SQLException {
      if (!bytes) {
        String path = rows.getString(2);
        return path == null ? new NoImage("") : ImageFile.in(folder, path.strip());
      }
      byte[] content = rows.getBytes(2);
      return content == null ? new NoImage("") : new ImageBytes("row " + row, content);
    }

    @Override
    public void close() {
      try (connection;
          statement;
          rows) {
        // All three are closed here, the result first.
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    private InvalidInputException failed(SQLException e) {
      return new InvalidInputException(
          file.toString(),
          "cannot be read as Parquet: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          "fetch the file again, or name its format in data.source.format",
          e);
    }
  }
}
