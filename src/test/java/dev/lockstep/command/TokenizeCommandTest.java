package dev.lockstep.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The ids are those of transformers' BertTokenizer; see {@code src/test/resources/embed/make.py}.
 */
class TokenizeCommandTest {
  private static final Path VOCABULARY = Invocation.resource("embed/vocab.txt");

  private static Invocation tokenize(String text, Object... options) {
    Object[] arguments = new Object[options.length + 3];
    arguments[0] = "tokenize";
    arguments[1] = "--vocab";
    arguments[2] = VOCABULARY;
    System.arraycopy(options, 0, arguments, 3, options.length);
    return Invocation.withInput(text.getBytes(UTF_8), arguments);
  }

  @Test
  void eachLineOfTextIsALineOfIds() {
    Invocation tokenize = tokenize("一只红色的猫\r\n两只狗 running fast\n\nUNKNOWN 字");
    assertThat(tokenize.exitStatus()).as(tokenize.err()).isZero();
    assertThat(tokenize.out())
        .isEqualTo("[2,5,6,7,8,9,10,3]\n[2,11,6,12,15,16,17,3]\n[2,3]\n[2,1,1,3]\n");
  }

  @Test
  void longTextsAreCutAndTheRulesCanBeChosen() {
    assertThat(tokenize("一只红色的猫", "--context", 4).out()).isEqualTo("[2,5,6,3]\n");
    assertThat(tokenize("[MASK]").out()).isEqualTo("[2,1,1,1,3]\n");
    assertThat(tokenize("[MASK]", "--like", "bert").out()).isEqualTo("[2,4,3]\n");
    assertThat(tokenize("FAST").out()).isEqualTo("[2,17,3]\n");
    assertThat(tokenize("FAST", "--cased").out()).isEqualTo("[2,1,3]\n");
  }

  @Test
  void aSeparatorOfChineseTextsDoesNotEndALine() {
    assertThat(tokenize("大\u2028海\n").out()).isEqualTo("[2,13,14,3]\n");
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    Invocation tokenize =
        Invocation.withInput(
            new byte[] {'a', '\n', (byte) 0xff, '\n'}, "tokenize", "--vocab", VOCABULARY);
    assertThat(tokenize.exitStatus()).isEqualTo(2);
    assertThat(tokenize.err()).contains("standard input", "it is not UTF-8");
  }

  @Test
  void aVocabularyIsNeeded() {
    assertThat(Invocation.of("tokenize", "--vocab", "none.txt").exitStatus()).isEqualTo(2);
    assertThat(tokenize("a", "--context", 2).err()).contains("expected 3 or more");
  }
}
