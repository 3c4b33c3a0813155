package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.common.collect.ImmutableList;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of URLs in the forms in which they are published. */
class LinkSpecTest {
  @TempDir private Path folder;

  @Test
  void wukongsCsvLaionsParquetAndJsonLinesAreReadAlike() throws IOException, SQLException {
    Path wukong = write("wukong_100m_0.csv", "url,caption\nhttp://a/1,\"猫,\n狗\"\n");
    Path laion =
        parquet(
            "part-00000",
            "SELECT 7::BIGINT AS SAMPLE_ID, 'http://a/2' AS URL, '鸟' AS TEXT, 224 AS WIDTH");
    Path lines = write("list.jsonl", "{\"caption\": \"鱼\", \"url\": \" http://a/3 \"}\n");

    assertThat(read(LinkColumns.USUAL, wukong, laion, lines))
        .extracting(SourcePair::text, SourcePair::image)
        .containsExactly(
            tuple("猫,\n狗", link("http://a/1")),
            tuple("鸟", link("http://a/2")),
            tuple("鱼", link("http://a/3")));
  }

  @Test
  void captionsAndNamesMayBeMissingAndPackedFilesAreUnpacked() throws IOException {
    Path packed = folder.resolve("a.tsv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(
          "\ufefffilename\turl\nb.jpg\thttp://a/1\n\thttp://a/2\n"
              .getBytes(StandardCharsets.UTF_8));
    }

    List<SourcePair> rows = read(LinkColumns.USUAL, packed);

    assertThat(rows).extracting(SourcePair::text).containsExactly("", "");
    assertThat(rows)
        .extracting(SourcePair::image)
        .containsExactly(new ImageLink("http://a/1", Optional.of("b.jpg")), link("http://a/2"));
  }

  @Test
  void parquetOfTextsThatAreNotMarkedAsTextsAndOfNothing() throws IOException, SQLException {
    Path bytes =
        parquet(
            "bytes",
            "SELECT encode('http://a/1') AS url, encode('猫') AS text UNION ALL SELECT NULL, NULL");

    assertThat(read(LinkColumns.USUAL, bytes))
        .extracting(SourcePair::text, SourcePair::image)
        .containsExactly(tuple("猫", link("http://a/1")), tuple("", link("")));
  }

  @Test
  void columnsOfOtherNamesAreNamed() throws IOException {
    Path csv = write("list.csv", "title,link,id\n猫,http://a/1,1.jpg\n");
    LinkColumns columns =
        new LinkColumns(Optional.of("title"), Optional.of("link"), Optional.of("id"));

    SourcePair pair = read(columns, csv).get(0);

    assertThat(pair.text()).isEqualTo("猫");
    assertThat(pair.image()).isEqualTo(new ImageLink("http://a/1", Optional.of("1.jpg")));
  }

  @Test
  void aListWithoutUrlsIsRefusedWithWhatItHas() throws IOException, SQLException {
    Path csv = write("list.csv", "text,link\n猫,http://a/1\n");
    Path lines = write("list.jsonl", "{\"text\": \"猫\", \"link\": \"http://a/1\"}\n");
    Path parquet = parquet("list", "SELECT '猫' AS text, 'http://a/1' AS link");
    for (Path list : List.of(csv, lines, parquet)) {
      assertThatThrownBy(() -> read(LinkColumns.USUAL, list))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(list.toString())
          .hasMessageContaining("there is no column 'url'")
          .hasMessageContaining("the columns are: text, link; --url says which is which");
    }
    LinkColumns wrong = new LinkColumns(Optional.of("txet"), Optional.of("link"), Optional.empty());
    assertThatThrownBy(() -> read(wrong, csv))
        .hasMessageContaining("there is no column 'txet'")
        .hasMessageContaining("is 'text' meant for it?");
    assertThatThrownBy(() -> read(LinkColumns.USUAL, write("empty.jsonl", "\n")))
        .hasMessageContaining("the file is empty");
    assertThatThrownBy(() -> read(LinkColumns.USUAL, write("00000.tar", "")))
        .hasMessageContaining("there is nothing to download: the images are in it");
  }

  @Test
  void preparingAListOfUrlsSaysHowToFetchThem() throws IOException {
    Path list = write("laion.csv", "URL,TEXT\nhttp://a/1,猫\n");

    assertThatThrownBy(() -> SourceSpec.USUAL.source(List.of(list)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("lockstep download " + list + " --out DIR")
        .hasMessageContaining("DIR/pairs.csv");
    Path texts = write("X_texts.jsonl", "{\"text\": \"猫\", \"image_ids\": [1]}\n");
    assertThatThrownBy(() -> SourceSpec.USUAL.source(List.of(texts)))
        .hasMessageContaining("in X_imgs.tsv");
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path parquet(String name, String select) throws SQLException {
    Path file = folder.resolve(name + ".parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (" + select + ") TO '" + file + "' (FORMAT parquet)");
    }
    return file;
  }

  private static ImageLink link(String url) {
    return new ImageLink(url, Optional.empty());
  }

  private static List<SourcePair> read(LinkColumns columns, Path... files) {
    PairSource source = new LinkSpec(SourceFormat.AUTO, columns).source(List.of(files));
    try (PairReader reader = source.open()) {
      return ImmutableList.copyOf(reader);
    }
  }
}
