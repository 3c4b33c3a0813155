package dev.lockstep.data;

import dev.lockstep.error.InvalidInputException;
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
 */
record ParquetPairs(Path file, RowColumns columns) implements FilePairs {
  private static final String MEMORY = "256MB";

  @Override
  public void check() {
    open(0).close();
  }

  @Override
  public PairReader open(long firstRow) {
    return new Rows(firstRow);
  }

  private final class Rows extends OneAhead {
    private final String name = file.getFileName().toString();
    private final Connection connection;
    private final Statement statement;
    private final ResultSet rows;
    private boolean bytes;
    private long row;

    Rows(long firstRow) {
      row = firstRow;
      Properties properties = new Properties();
      properties.setProperty("jdbc_stream_results", "true");
      properties.setProperty("memory_limit", MEMORY);
      properties.setProperty("threads", "1");
      try {
        connection = DriverManager.getConnection("jdbc:duckdb:", properties);
      } catch (SQLException e) {
        throw failed(e);
      }
      try {
        statement = connection.createStatement();
        rows = statement.executeQuery(query());
      } catch (SQLException | InvalidInputException e) {
        try (connection) {
          throw e instanceof SQLException failure ? failed(failure) : (InvalidInputException) e;
        } catch (SQLException closing) {
          throw failed(closing);
        }
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
      List<Optional<String>> found =
          columns.find(List.copyOf(types.keySet()), file.toString(), file.toString());
      String imageType = types.get(found.get(1).orElseThrow());
      bytes =
          columns.imageMayBeBytes() && (imageType.equals("BLOB") || imageType.startsWith("STRUCT"));
      List<String> selected = new ArrayList<>();
      for (int i = 0; i < found.size(); i++) {
        boolean asBytes = bytes && i == 1;
        selected.add(
            found
                .get(i)
                .map(name -> asBytes ? bytes(name, types) : text(name, types))
                .orElse("NULL"));
      }
      return "SELECT " + String.join(", ", selected) + " FROM " + table;
    }

    private static String bytes(String column, Map<String, String> types) {
      return quoted(column) + (types.get(column).startsWith("STRUCT") ? ".bytes" : "");
    }

    /** Texts that were written without saying that they are texts are bytes in UTF-8. */
    private static String text(String column, Map<String, String> types) {
      return types.get(column).equals("BLOB")
          ? "decode(" + quoted(column) + ")"
          : "CAST(" + quoted(column) + " AS VARCHAR)";
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
        if (text == null && columns.text().needed()) {
          return SourcePair.malformed(row++, name, 0, "row " + line + " has no text");
        }
        return SourcePair.of(row++, name, 0, text == null ? "" : text, image());
      } catch (SQLException e) {
        throw failed(e);
      }
    }

    private SourceImage image() throws SQLException {
      if (!bytes) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < columns.imageParts().size(); i++) {
          String part = rows.getString(2 + i);
          parts.add(part == null ? "" : part);
        }
        return columns.image(parts);
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
