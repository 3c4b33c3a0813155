package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.Convolutions;
import dev.lockstep.model.layer.Layers;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * ResNet (He et al. 2016): a stem, stages of residual blocks that halve the grid and double the
 * channels, the mean over what is left of the grid.
 */
final class ResNet implements Tower<Operand<TFloat32>> {

  /** What stands before the first block. */
  enum Stem {
    /** A 3x3 convolution with stride 2, for images of some dozens of pixels. */
    SMALL,
    /**
     * A 7x7 convolution with stride 2, then 3x3 max-pooling with stride 2 (figure 3 of the paper).
     */
    IMAGENET
  }

  /** The form of a residual block (figure 5 of the paper). */
  enum BlockType {
    /** Two 3x3 convolutions. */
    BASIC,
    /** 1x1, 3x3 with the stride (version 1.5), 1x1 to four times the channels. */
    BOTTLENECK
  }

  /**
   * @param stemWidth channels after the stem
   * @param widths channels of the 3x3 convolutions of each stage
   * @param depths blocks in each stage
   * @param downsampleInFirstStage whether the first stage halves the grid, as all others do
   */
  record Spec(
      Stem stem,
      BlockType block,
      int stemWidth,
      List<Integer> widths,
      List<Integer> depths,
      boolean downsampleInFirstStage)
      implements ModelSpec.ImageTowerSpec {

    static Spec from(Block block, int imageSize) {
      List<Integer> depths = block.integers("depths", 1, 100, List.of(2, 2, 2, 2));
      Stem stem = block.choice("stem", Stem.class, Stem.IMAGENET);
      boolean first = block.flag("downsample-in-first-stage", false);
      int halvings = depths.size() - (first ? 0 : 1) + (stem == Stem.SMALL ? 1 : 2);
      block.check(
          !depths.isEmpty() && imageSize >> halvings > 0,
          "depths",
          "fewer stages: each halves the grid, and data.image-size is " + imageSize);
      int stemWidth = block.integer("stem-width", 1, 4096, 64);
      List<Integer> widths =
          block.integers("widths", 1, 1 << 16, doubling(stemWidth, depths.size()));
      block.check(widths.size() == depths.size(), "widths", "as many numbers as depths has");
      return new Spec(
          stem,
          block.choice("block", BlockType.class, BlockType.BASIC),
          stemWidth,
          widths,
          depths,
          first);
    }

    private static List<Integer> doubling(int first, int stages) {
      return IntStream.range(0, stages).mapToObj(i -> first << i).toList();
    }

    int expansion() {
      return block == BlockType.BOTTLENECK ? 4 : 1;
    }

    @Override
    public Tower<Operand<TFloat32>> tower() {
      return new ResNet(this);
    }
  }

  private final Spec spec;

  ResNet(Spec spec) {
    this.spec = spec;
  }

  @Override
  public int featureSize() {
    return spec.widths().get(spec.widths().size() - 1) * spec.expansion();
  }

  @Override
  public Operand<TFloat32> features(Layers layers, Operand<TFloat32> pixels) {
    Convolutions convolutions = new Convolutions(layers);
    Operand<TFloat32> grid =
        layers.bfloat16()
            ? layers.cast(grid(convolutions, layers.cast(pixels, TBfloat16.class)), TFloat32.class)
            : grid(convolutions, pixels);
    Ops tf = layers.tf();
    return tf.math.mean(grid, tf.constant(new int[] {1, 2}));
  }

  private <T extends TNumber> Operand<T> grid(Convolutions convolutions, Operand<T> pixels) {
    Operand<T> x = stem(convolutions.in("stem"), pixels);
    int in = spec.stemWidth();
    for (int stage = 0; stage < spec.depths().size(); stage++) {
      int width = spec.widths().get(stage);
      for (int i = 0; i < spec.depths().get(stage); i++) {
        boolean halves = i == 0 && (stage > 0 || spec.downsampleInFirstStage());
        int stride = halves ? 2 : 1;
        x = residual(convolutions.in("stage").in(stage).in(i), x, in, width, stride);
        in = width * spec.expansion();
      }
    }
    return x;
  }

  private <T extends TNumber> Operand<T> stem(Convolutions convolutions, Operand<T> pixels) {
    int width = spec.stemWidth();
    return switch (spec.stem()) {
      case SMALL -> convolutions.convolveNormRelu("convolution", pixels, 3, width, 3, 2);
      case IMAGENET ->
          convolutions.maxPoolOfRelu(
              convolutions.convolveNormRelu("convolution", pixels, 3, width, 7, 2));
    };
  }

  private <T extends TNumber> Operand<T> residual(
      Convolutions convolutions, Operand<T> x, int in, int width, int stride) {
    int out = width * spec.expansion();
    Operand<T> branch =
        switch (spec.block()) {
          case BASIC -> {
            Operand<T> first = convolutions.convolveNormRelu("0", x, in, width, 3, stride);
            yield convolutions.convolveNorm("1", first, width, out, 3, 1);
          }
          case BOTTLENECK -> {
            Operand<T> narrow = convolutions.convolveNormRelu("0", x, in, width, 1, 1);
            Operand<T> middle = convolutions.convolveNormRelu("1", narrow, width, width, 3, stride);
            yield convolutions.convolveNorm("2", middle, width, out, 1, 1);
          }
        };
    Operand<T> shortcut =
        stride == 1 && in == out ? x : convolutions.convolveNorm("shortcut", x, in, out, 1, stride);
    return convolutions.sumRelu(branch, shortcut);
  }
}
