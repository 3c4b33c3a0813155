package dev.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockTest {
  private enum Precision {
    AUTO,
    FLOAT32,
    MIXED_BFLOAT16
  }

  private static AbstractThrowableAssert<?, ?> refused(ThrowingCallable reading) {
    return assertThatThrownBy(reading).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void readsEachKindOfValue() {
    Block block =
        Block.parse(
            """
            name = 表情, seed = 7, rate = 5e-4, fresh = true, ks = [1, 5, 10]
            precision = mixed-bfloat16, memory = 256MiB, every = 5m, words = [猫, 007]
            """);

    assertThat(block.string("name")).isEqualTo("表情");
    assertThat(block.integer("seed", 0, 100)).isEqualTo(7);
    assertThat(block.number("rate", 0, 1)).isEqualTo(5e-4);
    assertThat(block.flag("fresh", false)).isTrue();
    assertThat(block.integers("ks", 1, 10, List.of())).containsExactly(1, 5, 10);
    assertThat(block.choice("precision", Precision.class)).isEqualTo(Precision.MIXED_BFLOAT16);
    assertThat(block.bytes("memory", 0)).isEqualTo(268_435_456);
    assertThat(block.duration("every", Duration.ZERO)).isEqualTo(Duration.ofMinutes(5));
    assertThat(block.strings("words", List.of())).containsExactly("猫", "007");
    block.finish();
  }

  @Test
  void takesFallbacksForMissingKeysAndForNull() {
    Block block = Block.parse("seed = null");

    assertThat(block.integer("seed", 0, 100, 7)).isEqualTo(7);
    assertThat(block.optionalString("name")).isEmpty();
    assertThat(block.choice("precision", Precision.class, Precision.AUTO))
        .isEqualTo(Precision.AUTO);
    assertThat(block.block("optimizer").number("rate", 0, 1, 0.5)).isEqualTo(0.5);
    block.finish();
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.5", "\"4\"", "four", "true", "[4]", "{ a = 4 }", "1e999", "-1", "101"})
  void refusesWhatIsNoWholeNumberInTheRange(String value) {
    refused(() -> Block.parse("epochs = " + value).integer("epochs", 0, 100))
        .hasMessageEndingWith("\n  expected a whole number from 0 to 100");
  }

  @Test
  void takesAWholeNumberHoweverItIsWritten() {
    assertThat(Block.parse("steps = 1e3").integer("steps", 0, 9999)).isEqualTo(1000);
    assertThat(Block.parse("steps = 4.0").integer("steps", 0, 9999)).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "1e999", "\"0.5\"", "0.5x", "-0.1", "null"})
  void refusesWhatIsNoNumberInTheRange(String value) {
    refused(() -> Block.parse("rate = " + value).number("rate", 0, Double.MAX_VALUE))
        .hasMessageEndingWith("\n  expected a number of 0 or more");
  }

  @Test
  void saysTheRangeInWords() {
    Block block = Block.parse("a = no");
    refused(() -> block.number("a", Double.MIN_NORMAL, 1))
        .hasMessageContaining("above 0, at most 1");
    refused(() -> block.number("a", Double.MIN_NORMAL, Double.MAX_VALUE))
        .hasMessageEndingWith("a number above 0");
    refused(() -> block.number("a", -1, 0.99)).hasMessageEndingWith("a number from -1 to 0.99");
    refused(() -> block.integer("a", Integer.MIN_VALUE, Integer.MAX_VALUE))
        .hasMessageEndingWith("a whole number");
    refused(() -> block.integers("a", 1, Integer.MAX_VALUE, List.of()))
        .hasMessageEndingWith("a list [...], each a whole number of 1 or more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "on", "1", "\"true\""})
  void takesOnlyTrueAndFalseForAFlag(String value) {
    refused(() -> Block.parse("fresh = " + value).flag("fresh", false))
        .hasMessageEndingWith("expected true or false");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "\"5\"", "-5m", "5 parsecs", "soon"})
  void refusesADurationWithoutAUnitOrSense(String value) {
    refused(() -> Block.parse("every = " + value).duration("every", Duration.ZERO))
        .hasMessageEndingWith("expected a duration with its unit, such as 30s, 5m or 2h");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-1MiB", "much", "5 MooB", "9999999999 TiB"})
  void refusesASizeWithoutSense(String value) {
    refused(() -> Block.parse("memory = " + value).bytes("memory", 0))
        .hasMessageEndingWith("expected a size such as 256MiB");
  }

  @Test
  void namesTheChoices() {
    refused(() -> Block.parse("precision = FLOAT32").choice("precision", Precision.class))
        .hasMessage(
            """
            text: precision = "FLOAT32"
              expected one of auto, float32, mixed-bfloat16""");
  }

  @Test
  void refusesAKeyThatNobodyAskedFor() {
    Block block = Block.parse("seed = 1, optimiser { rate = 1 }");
    block.integer("seed", 0, 9);
    block.block("optimizer");
    refused(block::finish)
        .hasMessage(
            """
            text: optimiser is not a key that is known here
              did you mean optimizer? known keys: optimizer, seed""");
  }

  @Test
  void refusesAnUnknownKeyInAnyBlockOfAList() {
    Block block = Block.parse("stages = [{ epochs = 1 }, { epochs = 2, batchsize = 3 }]");
    for (Block stage : block.blocks("stages")) {
      stage.integer("epochs", 1, 9);
      stage.integer("batch-size", 1, 9, 4);
    }
    refused(block::finish)
        .hasMessage(
            """
            text: stages.1.batchsize is not a key that is known here
              did you mean batch-size? known keys of stages.1: batch-size, epochs""");
  }

  @Test
  void takesAMisspeltKeyForTheMissingOne() {
    refused(() -> Block.parse("epoch = 1").integer("epochs", 1, 9))
        .hasMessage(
            """
            text: epochs is missing
              expected a whole number from 1 to 9; did you mean it by epoch (text)?""");
    refused(() -> Block.parse("").block("data").path("train"))
        .hasMessage("text: data.train is missing\n  expected a path");
  }

  @Test
  void refusesAValueWhereABlockIsExpected() {
    refused(() -> Block.parse("model = 5").block("model"))
        .hasMessage("text: model = 5\n  expected a block { ... }");
    refused(() -> Block.parse("stages = {}").blocks("stages"))
        .hasMessageContaining("expected a list of blocks");
    refused(() -> Block.parse("stages = []").blocks("stages"))
        .hasMessageContaining("expected a list of blocks");
    refused(() -> Block.parse("stages = [{}, 4]").blocks("stages"))
        .hasMessage("text: stages.1 is 4\n  expected a block { ... }");
  }

  @Test
  void saysWhatIsImpossibleAboutAValueOrAFallback() {
    Block block = Block.parse("heads = 3");
    block.integer("heads", 1, 9);
    block.integer("width", 1, 999, 128);
    refused(() -> block.check(false, "heads", "a divisor of width, 128"))
        .hasMessage("text: heads = 3\n  expected a divisor of width, 128");
    refused(() -> block.check(false, "width", "a multiple of heads, 3"))
        .hasMessage("text: width is 128 by default\n  expected a multiple of heads, 3");
  }

  @Test
  void theResolvedFileReadsTheSameAgain() {
    Block given =
        Block.parse(
            """
            name = 007, note = "a \\"b\\"\\n${表情}", rate = 5e-4, train = emoji/train.csv
            every = 500us, memory = 1GiB, stages = [{ epochs = 1 }, {}]
            """
                .replace("${表情}", "表情"));
    String once = readAll(given);
    String twice = readAll(Block.parse(once));

    assertThat(twice).isEqualTo(once);
    assertThat(once).contains("rate=5.0E-4", "name=\"007\"", "precision=auto", "epochs=4");
  }

  private static String readAll(Block block) {
    assertThat(block.string("name")).isEqualTo("007");
    assertThat(block.string("note")).isEqualTo("a \"b\"\n表情");
    assertThat(block.number("rate", 0, 1)).isEqualTo(5e-4);
    assertThat(block.path("train")).isAbsolute().endsWithRaw(Path.of("emoji/train.csv"));
    assertThat(block.duration("every", Duration.ZERO)).isEqualTo(Duration.ofNanos(500_000));
    assertThat(block.bytes("memory", 0)).isEqualTo(1 << 30);
    assertThat(block.choice("precision", Precision.class, Precision.AUTO))
        .isEqualTo(Precision.AUTO);
    assertThat(block.numbers("betas", 0, 1, List.of(0.9, 0.98))).containsExactly(0.9, 0.98);
    assertThat(block.blocks("stages").stream().map(s -> s.integer("epochs", 1, 9, 4)))
        .containsExactly(1, 4);
    block.finish();
    return block.resolved();
  }
}
