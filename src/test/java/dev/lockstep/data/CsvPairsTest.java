package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import dev.lockstep.error.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvPairsTest {
  @TempDir Path folder;

  @Test
  void readsQuotesAndLineBreaksInACaption() throws IOException {
    List<SourcePair> rows = read("text,image_path\n\"a \"\"b\"\",\nc\",1.png\n嘿嘿, 2.png\r\n");

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).text()).isEqualTo("a \"b\",\nc");
    assertThat(rows.get(0).line()).isEqualTo(2);
    assertThat(rows.get(1).text()).isEqualTo("嘿嘿");
    assertThat(rows.get(1).image()).isEqualTo(image("2.png"));
    assertThat(rows.get(1).line()).isEqualTo(4);
    assertThat(rows.get(1).row()).isEqualTo(1);
    assertThat(rows.get(1).file()).isEqualTo("pairs.csv");
  }

  @Test
  void findsTheColumnsWhereverTheyStand() throws IOException {
    List<SourcePair> rows = read("\ufeffid, image_path ,text\n7,1.png,嘿\n");

    assertThat(rows.get(0).text()).isEqualTo("嘿");
    assertThat(rows.get(0).image()).isEqualTo(image("1.png"));
  }

  @Test
  void readsTheFirstColumnBehindAByteOrderMark() throws IOException {
    assertThat(read("\ufefftext,image_path\n嘿,1.png\n").get(0).text()).isEqualTo("嘿");
  }

  @Test
  void findsDownloadedImagesInTheirFolder() throws IOException {
    Path csv = write("text,url,filename\n嘿,http://a/b.jpg?c=1,00/b.jpg\n");
    Path images = folder.resolve("downloaded");

    List<SourcePair> rows =
        all(new SourceSpec(SourceFormat.AUTO, SourceColumns.USUAL, Optional.of(images)), csv);

    assertThat(rows.get(0).image())
        .isEqualTo(new ImageFile("00/b.jpg", images.resolve("00/b.jpg")));
  }

  @Test
  void takesTheColumnsThatAreNamed() throws IOException {
    Path csv = write("标题,图片,text\n嘿,1.png,no\n");
    SourceColumns columns = new SourceColumns(Optional.of("标题"), Optional.of("图片"));

    List<SourcePair> rows = all(new SourceSpec(SourceFormat.CSV, columns, Optional.empty()), csv);

    assertThat(rows.get(0).text()).isEqualTo("嘿");
    assertThat(rows.get(0).image()).isEqualTo(image("1.png"));
  }

  @Test
  void readsTabsAndGzip() throws IOException {
    Path tsv = folder.resolve("pairs.tsv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(tsv))) {
      out.write("\ufefftext\timage_path\n嘿,嘿\t1.png\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(all(SourceSpec.USUAL, tsv).get(0).text()).isEqualTo("嘿,嘿");
  }

  @Test
  void countsRowsOverManyFiles() throws IOException {
    Files.writeString(folder.resolve("b-2.csv"), "text,image_path\n丙,3.png\n");
    Files.writeString(folder.resolve("b-1.csv"), "text,image_path\n乙,2.png\n");
    Path first = write("text,image_path\n甲,1.png\n");

    List<SourcePair> rows = all(SourceSpec.USUAL, first, folder.resolve("b-*.csv"));

    assertThat(rows).extracting(SourcePair::text).containsExactly("甲", "乙", "丙");
    assertThat(rows).extracting(SourcePair::row).containsExactly(0L, 1L, 2L);
    assertThat(rows)
        .extracting(SourcePair::file)
        .containsExactly("pairs.csv", "b-1.csv", "b-2.csv");
  }

  @Test
  void marksRowsOfAnotherWidth() throws IOException {
    List<SourcePair> rows = read("text,image_path\n猫,狗,1.png\n嘿\n哈,2.png\n");

    assertThat(rows.get(0).malformed()).hasValue("3 fields where the header has 2");
    assertThat(rows.get(1).malformed()).hasValue("1 field where the header has 2");
    assertThat(rows.get(2).malformed()).isEmpty();
  }

  @Test
  void namesTheColumnThatIsMissingAndTheNearest() {
    refuses("txet,image_path\n嘿,1.png\n", "pairs.csv:1: there is no column 'text'");
    refuses("txet,image_path\n嘿,1.png\n", "is 'txet' meant for it?");
    refuses("text,picture\n嘿,1.png\n", "there is no column 'image_path'");
    refuses("text,text,image_path\n嘿,嘿,1.png\n", "two columns 'text'");
  }

  @Test
  void refusesAFileWithoutAHeader() {
    refuses("", "the file is empty");
    refuses("\ufeff", "the file is empty");
  }

  @Test
  void refusesAQuoteThatIsNeverClosed() {
    refuses("text,image_path\n\"嘿,1.png\n哈,2.png\n", "not a CSV file");
  }

  @Test
  void saysWhichLineIsNotUtf8() throws IOException {
    Path csv = folder.resolve("pairs.csv");
    Files.writeString(csv, "text,image_path\nok,1.png\n嘿,2.png\n", Charset.forName("GB18030"));
    assertThatThrownBy(() -> all(SourceSpec.USUAL, csv))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("pairs.csv:3: byte 0xba is not UTF-8")
        .hasMessageContaining("iconv -f GB18030");

    Files.writeString(csv, "text,image_path\n嘿,2.png\n", StandardCharsets.UTF_16);
    assertThatThrownBy(() -> all(SourceSpec.USUAL, csv)).hasMessageContaining("is not UTF-8");
  }

  @Test
  void refusesACutGzip() throws IOException {
    Path csv = folder.resolve("cut.csv.gz");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write("text,image_path\n嘿,1.png\n".getBytes(StandardCharsets.UTF_8));
    }
    Files.write(csv, Arrays.copyOf(packed.toByteArray(), packed.size() - 9));

    assertThatThrownBy(() -> all(SourceSpec.USUAL, csv))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cut.csv.gz: the compressed file is cut short");
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThatThrownBy(() -> all(SourceSpec.USUAL, folder.resolve("none.csv")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.csv: there is no such file");
    assertThatThrownBy(() -> all(SourceSpec.USUAL, folder.resolve("none-*.csv")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no file fits this pattern");
    assertThatThrownBy(() -> all(SourceSpec.USUAL, folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("this is a folder");
  }

  private SourceImage image(String name) {
    return new ImageFile(name, folder.resolve(name));
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("pairs.csv"), content);
  }

  private List<SourcePair> read(String content) throws IOException {
    return all(SourceSpec.USUAL, write(content));
  }

  private static List<SourcePair> all(SourceSpec spec, Path... files) {
    try (PairReader reader = spec.source(List.of(files)).open()) {
      return ImmutableList.copyOf(reader);
    }
  }

  private void refuses(String content, String message) {
    assertThatThrownBy(() -> read(content))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
