package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WordPieceTokenizerTest {
  private record Reference(String text, int[] chinese_clip, int[] bert) {}

  private final Vocabulary vocabulary = Vocabulary.read(resource("vocab.txt"));

  static Stream<Reference> references() throws IOException {
    String lines = Files.readString(resource("tokens.jsonl"));
    return Arrays.stream(lines.split("\n")).map(line -> new Gson().fromJson(line, Reference.class));
  }

  @ParameterizedTest
  @MethodSource("references")
  void agreesWithChineseClip(Reference reference) {
    var tokenizer = new WordPieceTokenizer(vocabulary, TokenizerSpec.chineseClip());

    assertThat(tokenizer.encode(reference.text())).isEqualTo(reference.chinese_clip());
  }

  @ParameterizedTest
  @MethodSource("references")
  void agreesWithTransformersBert(Reference reference) {
    var tokenizer = new WordPieceTokenizer(vocabulary, TokenizerSpec.bert());

    assertThat(tokenizer.encode(reference.text())).isEqualTo(reference.bert());
  }

  @Test
  void takesTheLongestPieceFirst() {
    var tokenizer =
        new WordPieceTokenizer(
            vocabularyOf("un", "##aff", "##able", "##a", "unaf"), TokenizerSpec.chineseClip());

    // "unaf" is longer than "un", and what it leaves ("fable") has no first piece.
    assertThat(tokenizer.encode("unaffable")).containsExactly(2, 1, 3);
    assertThat(tokenizer.encode("unable UNAF")).containsExactly(2, 5, 7, 9, 3);
  }

  @Test
  void cutsToTheContextLengthAndKeepsTheEnd() {
    TokenizerSpec four =
        new TokenizerSpec(Optional.empty(), 100, 4, true, 200, false, CharacterClasses.GOOGLE);
    var tokenizer = new WordPieceTokenizer(vocabularyOf("一", "二", "三"), four);

    assertThat(tokenizer.encode("一二三")).containsExactly(2, 5, 6, 3);
    assertThat(tokenizer.countTokens("一二三")).isEqualTo(3);
  }

  @Test
  void keepsTheCaseWhereItIsAsked() {
    TokenizerSpec cased =
        new TokenizerSpec(Optional.empty(), 100, 52, false, 200, false, CharacterClasses.GOOGLE);
    var tokenizer = new WordPieceTokenizer(vocabularyOf("É", "e"), cased);

    assertThat(tokenizer.encode("É e E")).containsExactly(2, 5, 6, 1, 3);
  }

  /** As transformers 5.24's BertTokenizer and cn_clip 1.6.0 do with these texts. */
  @Test
  void rareCharactersAreThoseOfTheLibraryThatIsFollowed() {
    Vocabulary vocabulary = vocabularyOf("ab", "σας", "σασ", "\uD86E\uDC20", "a", "##b");
    var chineseClip = new WordPieceTokenizer(vocabulary, TokenizerSpec.chineseClip());
    var bert = new WordPieceTokenizer(vocabulary, TokenizerSpec.bert());

    assertThat(chineseClip.encode("a\uE000b")).containsExactly(2, 1, 3);
    assertThat(bert.encode("a\uE000b")).containsExactly(2, 5, 3);
    assertThat(chineseClip.encode("ΣΑΣ")).containsExactly(2, 6, 3);
    assertThat(bert.encode("ΣΑΣ")).containsExactly(2, 7, 3);
    assertThat(chineseClip.encode("a\uD86E\uDC20")).containsExactly(2, 9, 8, 3);
    assertThat(bert.encode("a\uD86E\uDC20")).containsExactly(2, 1, 3);
  }

  private static Vocabulary vocabularyOf(String... tokens) {
    return Vocabulary.of(
        Stream.concat(Vocabulary.SPECIAL.stream(), List.of(tokens).stream()).toList());
  }

  private static Path resource(String name) {
    try {
      return Path.of(WordPieceTokenizerTest.class.getResource("/text/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
