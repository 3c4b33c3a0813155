package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import dev.lockstep.error.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiny files in the forms in which the datasets of the field are published. */
class PublishedSourcesTest {
  private static final byte[] ONE = {1, 2, 3};
  private static final byte[] TWO = {(byte) 0xfb, (byte) 0xff};

  @TempDir Path folder;

  @Test
  void jsonLines() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("pairs.jsonl"),
            """
            \ufeff{"text": "嘿\\n嘿", "image_path": "a/1.png", "more": [1]}

            {"caption": "哈", "filename": "2.png"}
            {"text": "丙"}
            not json
            {"image_path": "3.png"}
            """);

    List<SourcePair> rows = all(SourceSpec.USUAL, file);

    assertThat(rows).extracting(SourcePair::text).containsExactly("嘿\n嘿", "哈", "丙", "", "");
    assertThat(rows).extracting(SourcePair::line).containsExactly(1L, 3L, 4L, 5L, 6L);
    assertThat(rows.get(0).image()).isEqualTo(new ImageFile("a/1.png", folder.resolve("a/1.png")));
    assertThat(rows.get(2).image()).isEqualTo(new NoImage(""));
    assertThat(rows.get(3).malformed()).hasValue("not a JSON object");
    assertThat(rows.get(4).malformed().orElseThrow()).startsWith("no text in the field");
  }

  @Test
  void jsonLinesWithFieldsOfOtherNames() throws IOException {
    Path file = Files.writeString(folder.resolve("x.ndjson"), "{\"t\": \"嘿\", \"i\": 7}\n");
    SourceColumns columns = new SourceColumns(Optional.of("t"), Optional.of("i"));

    List<SourcePair> rows = all(new SourceSpec(SourceFormat.AUTO, columns, Optional.empty()), file);

    assertThat(rows.get(0).image().name()).isEqualTo("7");
  }

  @Test
  void chineseClipLayout() throws Exception {
    Files.writeString(
        folder.resolve("MR_train_imgs.tsv"),
        "1000002\t%s\n1000016\t%s\n99\tnot base64!\n"
            .formatted(
                Base64.getEncoder().encodeToString(ONE),
                Base64.getUrlEncoder().encodeToString(TWO)));
    Path texts =
        Files.writeString(
            folder.resolve("MR_train_texts.jsonl"),
            """
            {"text_id": 8428, "text": "高级感托特包斜挎", "image_ids": [1000016, 1000002]}
            {"text_id": 8429, "text": "洗发水", "image_ids": [7, "99"]}
            {"text_id": 8430, "text": "无图", "image_ids": []}
            """);

    PairSource source = SourceSpec.USUAL.source(List.of(texts));
    assertThat(source.files())
        .extracting(file -> file.getFileName().toString())
        .containsExactly("MR_train_texts.jsonl", "MR_train_imgs.tsv");
    try (PairReader reader = source.open()) {
      List<SourcePair> rows = ImmutableList.copyOf(reader);
      assertThat(rows)
          .extracting(SourcePair::text)
          .containsExactly("高级感托特包斜挎", "高级感托特包斜挎", "洗发水", "洗发水", "");
      assertThat(rows.get(0).image().read()).isEqualTo(TWO);
      assertThat(rows.get(1).image().read()).isEqualTo(ONE);
      assertThatThrownBy(() -> rows.get(2).image().read())
          .hasMessage("no image 7 in MR_train_imgs.tsv");
      assertThatThrownBy(() -> rows.get(3).image().read()).hasMessageStartingWith("not base64");
      assertThat(rows.get(4).malformed()).hasValue("no image_ids, so there is no pair");
    }
  }

  @Test
  void webDatasetTarsAsImg2datasetWritesThem() throws Exception {
    String longKey = "x".repeat(120) + "/000000002";
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    tar.writeBytes(member("000000000.jpg", ONE));
    tar.writeBytes(
        member("000000000.json", json("{\"caption\": \"json\", \"url\": \"http://a\"}")));
    tar.writeBytes(member("000000000.txt", json("嘿嘿")));
    tar.writeBytes(member("000000001.json", json("{\"caption\": \"哈\"}")));
    tar.writeBytes(member("000000001.webp", TWO));
    tar.writeBytes(header("././@LongLink", longKey.length() + 5, 'L'));
    tar.writeBytes(padded(json(longKey + ".txt\0")));
    tar.writeBytes(member("shortened", json("丙")));
    tar.writeBytes(member("000000003.jpg", ONE));
    tar.writeBytes(member("000000004.jpg", ONE));
    tar.writeBytes(member("000000004.json", json("{\"caption\": \"cut")));
    tar.writeBytes(new byte[1024]);
    Path file = Files.write(folder.resolve("00000.tar"), tar.toByteArray());

    List<SourcePair> rows = all(SourceSpec.USUAL, file);

    assertThat(rows).extracting(SourcePair::text).containsExactly("嘿嘿", "哈", "丙", "", "");
    assertThat(rows.get(0).image().name()).isEqualTo("000000000.jpg");
    assertThat(rows.get(0).image().read()).isEqualTo(ONE);
    assertThat(rows.get(1).image().read()).isEqualTo(TWO);
    assertThat(rows.get(2).image()).isEqualTo(new NoImage(""));
    assertThat(rows.get(3).malformed()).hasValue("000000003 has no .txt and no caption in a .json");
    assertThat(rows.get(4).malformed()).hasValue("000000004 has no .txt and no caption in a .json");

    SourceColumns columns = new SourceColumns(Optional.of("caption"), Optional.empty());
    assertThat(
            all(new SourceSpec(SourceFormat.AUTO, columns, Optional.empty()), file).get(0).text())
        .isEqualTo("json");
  }

  @Test
  void aTarThatIsCutShortGivesWhatIsWhole() throws Exception {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    tar.writeBytes(member("0.jpg", ONE));
    tar.writeBytes(member("0.txt", json("嘿")));
    tar.writeBytes(member("1.txt", json("哈")));
    tar.writeBytes(member("1.jpg", new byte[5000]));
    Path file =
        Files.write(folder.resolve("a.tar"), Arrays.copyOf(tar.toByteArray(), tar.size() - 2000));

    List<SourcePair> rows = all(SourceSpec.USUAL, file);

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).text()).isEqualTo("嘿");
    assertThat(rows.get(1).malformed().orElseThrow())
        .isEqualTo(
            "the archive is damaged or cut short, and what follows in it is lost: it ends within a"
                + " file");
  }

  @Test
  void parquetOfPathsOfBytesAndOfHuggingFacesStructs() throws Exception {
    Path paths = parquet("paths", "SELECT '嘿' AS text, 'a/1.png' AS image_path, 7 AS id");
    Path bytes = parquet("bytes", "SELECT 'x' AS TEXT, '\\x01\\x02\\x03'::BLOB AS image");
    Path structs =
        parquet(
            "structs",
            "SELECT NULL AS caption, NULL AS image UNION ALL SELECT '哈',"
                + " {'bytes': '\\x01\\x02\\x03'::BLOB, 'path': 'p'} AS image");

    assertThat(all(SourceSpec.USUAL, paths).get(0).image())
        .isEqualTo(new ImageFile("a/1.png", folder.resolve("a/1.png")));
    assertThat(all(SourceSpec.USUAL, bytes).get(0).image().read()).isEqualTo(ONE);
    List<SourcePair> rows = all(SourceSpec.USUAL, structs);
    assertThat(rows.get(0).malformed()).hasValue("row 1 has no text");
    assertThat(rows.get(1).text()).isEqualTo("哈");
    assertThat(rows.get(1).image().read()).isEqualTo(ONE);
    assertThatThrownBy(() -> all(SourceSpec.USUAL, parquet("none", "SELECT 1 AS txt")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no column 'text'");
    Path text = Files.writeString(folder.resolve("x.parquet"), "text,image_path\n");
    assertThatThrownBy(() -> all(SourceSpec.USUAL, text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cannot be read as Parquet");
  }

  private Path parquet(String name, String select) throws SQLException {
    Path file = folder.resolve(name + ".parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (" + select + ") TO '" + file + "' (FORMAT parquet)");
    }
    return file;
  }

  private static List<SourcePair> all(SourceSpec spec, Path file) {
    try (PairReader reader = spec.source(List.of(file)).open()) {
      return ImmutableList.copyOf(reader);
    }
  }

  private static byte[] json(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] member(String name, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header(name, content.length, '0'));
    out.writeBytes(padded(content));
    return out.toByteArray();
  }

  /** A header of POSIX 1003.1-1990's ustar format. */
  private static byte[] header(String name, int size, char type) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644\0");
    put(header, 124, String.format("%011o", size));
    put(header, 156, String.valueOf(type));
    put(header, 257, "ustar\u000000");
    put(header, 148, " ".repeat(8));
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, String.format("%06o\0 ", sum));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, Math.min(bytes.length, 100));
  }

  private static byte[] padded(byte[] content) {
    return Arrays.copyOf(content, (content.length + 511) / 512 * 512);
  }
}
