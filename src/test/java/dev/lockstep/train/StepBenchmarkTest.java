package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.DeviceSpec;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.train.StepBenchmark.Kind;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepBenchmarkTest {
  private static final int BATCH = 2;
  private static final int WIDTH = 8;
  private static final int EMBEDDING = 4;
  private static final int PATCHES = 4;
  private static final int TEXT = 6;

  private static final String MODEL =
      """
      image { type = vit, patch = 8, layers = 2, hidden = 8, heads = 2, intermediate = 16 }
      text { type = bert, layers = 2, hidden = 8, heads = 2, intermediate = 16 }
      embedding = 4
      """;

  /** One block of the encoder: projections, both products of attention, MLP. */
  private static long block(long tokens) {
    long rows = BATCH * tokens;
    return 2 * rows * WIDTH * (3 * WIDTH + WIDTH + 16 + 16)
        + 2 * 2 * BATCH * tokens * tokens * WIDTH;
  }

  /** The last block: queries, keys and values of all tokens, the rest for the class token alone. */
  private static long lastBlock(long tokens) {
    return 2 * BATCH * tokens * WIDTH * 3 * WIDTH
        + 2 * BATCH * WIDTH * (WIDTH + 16 + 16)
        + 2 * 2 * BATCH * tokens * WIDTH;
  }

  private static final long PROJECTION = 2L * BATCH * WIDTH * EMBEDDING;
  private static final long PATCH_PRODUCT = 2L * BATCH * PATCHES * 8 * 8 * 3 * WIDTH;
  private static final long SIMILARITIES = 2L * BATCH * BATCH * EMBEDDING;

  /** A backward pass multiplies twice as much, but for what would go to pixels and token ids. */
  @Test
  void countsTheProductsOfEachKindOfStep() {
    long image = block(PATCHES + 1) + lastBlock(PATCHES + 1) + PROJECTION;
    long text = block(TEXT) + lastBlock(TEXT) + PROJECTION;
    long forward = image + text + PATCH_PRODUCT + SIMILARITIES;
    Map<Kind, Long> counted = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      StepBenchmark.Measurement measured = benchmark().measure(kind);
      assertThat(measured.fastest()).isPositive().isLessThanOrEqualTo(measured.seconds());
      counted.put(kind, measured.operations().orElseThrow());
    }
    assertThat(counted)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                Kind.FORWARD,
                forward,
                Kind.JOINT,
                3 * (image + text + SIMILARITIES) + 2 * PATCH_PRODUCT,
                Kind.FREEZE_IMAGE,
                forward + 2 * text + SIMILARITIES,
                Kind.FREEZE_TEXT,
                forward + 2 * image + SIMILARITIES + PATCH_PRODUCT,
                Kind.FREEZE_IMAGE_STORED,
                PROJECTION + 3 * text + 2 * SIMILARITIES));
  }

  /** Without the channels of zeros that such a tower is given, the process ends here (SIGSEGV). */
  @Test
  void takesAStepOfANarrowTowerOnALargeGrid() {
    String narrow =
        MODEL.replaceFirst(
            "image .*", "image { type = resnet, stem = small, stem-width = 8, depths = [1, 1] }");
    assertThat(benchmark(narrow, 224).measure(Kind.JOINT).fastest()).isPositive();
  }

  private static StepBenchmark benchmark() {
    return benchmark(MODEL, 16);
  }

  private static StepBenchmark benchmark(String model, int imageSize) {
    return new StepBenchmark(
        ModelSpec.from(Block.parse(model), imageSize, TEXT),
        20,
        imageSize,
        TEXT,
        BATCH,
        1,
        Device.open(DeviceSpec.from(Block.parse(""))),
        Precision.FLOAT32);
  }
}
