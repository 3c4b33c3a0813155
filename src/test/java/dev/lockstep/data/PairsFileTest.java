package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairsFileTest {
  @TempDir Path folder;

  @Test
  void readsQuotesAndLineBreaksInACaption() throws IOException {
    PairsFile pairs = read("text,image_path\n\"a \"\"b\"\",\nc\",1.png\n嘿嘿, 2.png\r\n");

    assertThat(pairs.rows()).hasSize(2);
    assertThat(pairs.rows().get(0).text()).isEqualTo("a \"b\",\nc");
    assertThat(pairs.rows().get(0).line()).isEqualTo(2);
    assertThat(pairs.rows().get(1).text()).isEqualTo("嘿嘿");
    assertThat(pairs.rows().get(1).imagePath()).isEqualTo("2.png");
    assertThat(pairs.rows().get(1).line()).isEqualTo(4);
    assertThat(pairs.rows().get(1).number()).isEqualTo(1);
  }

  @Test
  void findsTheColumnsWhereverTheyStand() throws IOException {
    PairsFile pairs = read("\ufeffid, image_path ,text\n7,1.png,嘿\n");

    assertThat(pairs.rows().get(0).text()).isEqualTo("嘿");
    assertThat(pairs.rows().get(0).imagePath()).isEqualTo("1.png");
  }

  @Test
  void readsTheFirstColumnBehindAByteOrderMark() throws IOException {
    assertThat(read("\ufefftext,image_path\n嘿,1.png\n").rows().get(0).text()).isEqualTo("嘿");
  }

  @Test
  void marksRowsOfAnotherWidth() throws IOException {
    PairsFile pairs = read("text,image_path\n猫,狗,1.png\n嘿\n哈,2.png\n");

    assertThat(pairs.rows().get(0).malformed()).hasValue("3 fields where the header has 2");
    assertThat(pairs.rows().get(1).malformed()).hasValue("1 field where the header has 2");
    assertThat(pairs.rows().get(2).malformed()).isEmpty();
    assertThat(pairs.captions(10)).containsExactly("哈");
  }

  @Test
  void namesTheColumnThatIsMissingAndTheNearest() {
    refuses("txet,image_path\n嘿,1.png\n", "pairs.csv:1: there is no column 'text'");
    refuses("txet,image_path\n嘿,1.png\n", "is 'txet' meant for it?");
    refuses("text,image\n嘿,1.png\n", "there is no column 'image_path'");
    refuses("text,text,image_path\n嘿,嘿,1.png\n", "two columns 'text'");
  }

  @Test
  void refusesAFileWithoutPairs() {
    refuses("", "the file is empty");
    refuses("\ufeff", "the file is empty");
    refuses("text,image_path\n", "a header and no row");
    refuses("text,image_path\n\n\n", "a header and no row");
  }

  @Test
  void refusesAQuoteThatIsNeverClosed() {
    refuses("text,image_path\n\"嘿,1.png\n哈,2.png\n", "not a CSV file");
  }

  @Test
  void saysWhichLineIsNotUtf8() throws IOException {
    Path csv = folder.resolve("pairs.csv");
    Files.writeString(csv, "text,image_path\nok,1.png\n嘿,2.png\n", Charset.forName("GB18030"));
    assertThatThrownBy(() -> PairsFile.read(csv))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("pairs.csv:3: byte 0xba is not UTF-8")
        .hasMessageContaining("iconv -f GB18030");

    Files.writeString(csv, "text,image_path\n嘿,2.png\n", StandardCharsets.UTF_16);
    assertThatThrownBy(() -> PairsFile.read(csv)).hasMessageContaining("is not UTF-8");
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThatThrownBy(() -> PairsFile.read(folder.resolve("none.csv")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.csv: there is no such file");
  }

  private PairsFile read(String content) throws IOException {
    return PairsFile.read(Files.writeString(folder.resolve("pairs.csv"), content));
  }

  private void refuses(String content, String message) {
    assertThatThrownBy(() -> read(content))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
