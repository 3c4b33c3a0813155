package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {
  private static final String SPECIAL = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";

  @TempDir Path folder;

  @Test
  void numbersTheLinesFromZero() throws IOException {
    Vocabulary vocabulary = Vocabulary.read(file(SPECIAL + "嘿\n##s\n"));

    assertThat(vocabulary.size()).isEqualTo(7);
    assertThat(vocabulary.id("嘿")).isEqualTo(5);
    assertThat(vocabulary.token(6)).isEqualTo("##s");
    assertThat(vocabulary.id("nowhere")).isEqualTo(vocabulary.unknownId()).isEqualTo(1);
    assertThat(vocabulary.padId()).isZero();
    assertThat(vocabulary.startId()).isEqualTo(2);
    assertThat(vocabulary.endId()).isEqualTo(3);
    assertThat(vocabulary.maskId()).isEqualTo(4);
  }

  @Test
  void breaksLinesAtLineFeedsOnly() throws IOException {
    Vocabulary vocabulary = Vocabulary.read(file(SPECIAL + "\u2028\n\u0085\n嘿\n"));

    assertThat(vocabulary.id("嘿")).isEqualTo(7);
  }

  @Test
  void takesWindowsLineEndsAndAByteOrderMark() throws IOException {
    Vocabulary vocabulary = Vocabulary.read(file("\ufeff" + (SPECIAL + "嘿").replace("\n", "\r\n")));

    assertThat(vocabulary.padId()).isZero();
    assertThat(vocabulary.id("嘿")).isEqualTo(5);
  }

  @Test
  void comesBackFromItsFile() throws IOException {
    Vocabulary vocabulary = Vocabulary.read(file(SPECIAL + "\u2028\n嘿\n"));
    Path copy = folder.resolve("copy.txt");
    vocabulary.write(copy);

    assertThat(Vocabulary.read(copy).toBytes()).isEqualTo(vocabulary.toBytes());
  }

  @Test
  void refusesAFileThatIsNoVocabulary() throws IOException {
    refuses(file(""), "the vocabulary is empty");
    refuses(file("\n\n"), "the vocabulary is empty");
    refuses(file("[PAD]\n[CLS]\n嘿\n"), "has no [UNK], [SEP], [MASK]");
    refuses(file(SPECIAL + "嘿\n哈\n嘿\n"), "vocab.txt:8: the token '嘿' stands on line 6 already");
    refuses(file(SPECIAL + "\n嘿\n"), "vocab.txt:6: the line is empty");
    refuses(folder.resolve("none.txt"), "there is no such file");
    refuses(folder, "this is a folder");
  }

  @Test
  void refusesATokenizerThatIsNotOfWordPieces() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    String whole = "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"[PAD]\":0,\"[UNK]\":9}}}";
    for (String damaged : List.of(whole, whole.substring(0, 30), "{}", "[]", "{\"model\":7}")) {
      Files.writeString(file, damaged);
      refuses(file, "tokenizer.json: it is not a tokenizer.json with a vocabulary whose ids are");
    }
    Files.writeString(file, whole.replace("WordPiece", "BPE"));
    refuses(file, "tokenizer.json: its tokens are made by BPE");
  }

  @Test
  void saysOnWhichLineAFileIsNotUtf8() throws IOException {
    Path file = folder.resolve("vocab.txt");
    Files.writeString(file, SPECIAL + "嘿\n", Charset.forName("GB18030"));
    // 嘿 is BA D9 in GB18030
    refuses(file, "vocab.txt:6: byte 0xba is not UTF-8");

    // A character that is cut by the end of the file, and one beyond the first buffer.
    Files.write(file, new byte[] {'a', '\n', (byte) 0xe5});
    refuses(file, "vocab.txt:2: byte 0xe5 is not UTF-8");
    Files.writeString(file, "嘿\n".repeat(100_000) + "\u00ff", StandardCharsets.UTF_8);
    Utf8File.check(file);
    Files.write(file, ("嘿\n".repeat(100_000) + "\u00ff").getBytes(StandardCharsets.ISO_8859_1));
    refuses(file, "vocab.txt:100001: byte 0xff is not UTF-8");
  }

  @Test
  void isBuiltFromCaptionsByFrequency() {
    TokenizerSpec spec =
        new TokenizerSpec(Optional.empty(), 100, 52, true, 200, false, CharacterClasses.GOOGLE);
    List<String> captions = List.of("笑 ab", "笑脸 Ab, c");

    Vocabulary vocabulary = Vocabulary.fromCaptions(captions, spec);

    // characters: 笑, a and b twice; comma, c, 脸 once; then continuations; then the word "ab"
    assertThat(tokens(vocabulary))
        .containsExactly(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "笑", ",", "c", "脸", "##a",
            "##b", "##c", "ab");
    assertThat(Vocabulary.fromCaptions(List.of("笑脸 Ab, c", "笑 ab"), spec).toBytes())
        .isEqualTo(vocabulary.toBytes());
    WordPieceTokenizer tokenizer = new WordPieceTokenizer(vocabulary, spec);
    assertThat(captions)
        .allSatisfy(caption -> assertThat(tokenizer.encode(caption)).doesNotContain(1));
  }

  @Test
  void keepsAllCharactersAndFewerWordsWhereItMayNotGrow() {
    TokenizerSpec spec =
        new TokenizerSpec(Optional.empty(), 5, 52, true, 200, false, CharacterClasses.GOOGLE);

    Vocabulary vocabulary = Vocabulary.fromCaptions(List.of("ab ab"), spec);

    assertThat(tokens(vocabulary)).endsWith("a", "b", "##a", "##b");
  }

  private static List<String> tokens(Vocabulary vocabulary) {
    return List.of(new String(vocabulary.toBytes(), StandardCharsets.UTF_8).split("\n"));
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("vocab.txt"), text);
  }

  private static void refuses(Path file, String message) {
    assertThatThrownBy(() -> Vocabulary.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
