package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.AttentionPooling;
import dev.lockstep.model.layer.Convolutions;
import dev.lockstep.model.layer.Layers;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * The ResNet of CLIP (Radford et al. 2021, section 2.4): a stem of three convolutions, strides by
 * average pooling so that nothing aliases (Zhang 2019), attention in place of the last mean. Agrees
 * with {@code ModifiedResNet} of the original Chinese-CLIP.
 */
final class ModifiedResNet implements Tower<Operand<TFloat32>> {
  /** The last convolution of a block has this many times the channels of the others. */
  private static final int EXPANSION = 4;

  /** The stem divides the image's side by this, and each stage but the first by 2. */
  private static final int STEM_STRIDE = 4;

  /**
   * @param width channels of the stem; each stage has twice those of the one before
   * @param depths blocks in each stage
   * @param heads of the attention that pools
   */
  record Spec(int imageSize, int width, List<Integer> depths, int heads)
      implements ModelSpec.ImageTowerSpec {

    static Spec from(Block block, int imageSize) {
      List<Integer> depths = block.integers("depths", 1, 100, List.of(3, 4, 6, 3));
      block.check(
          !depths.isEmpty() && depths.size() <= 8,
          "depths",
          "one number for each of 1 to 8 stages");
      int width = block.integer("width", 2, 4096, 64);
      block.check(width % 2 == 0, "width", "an even number: the stem starts with half of it");
      int features = features(width, depths);
      int heads = block.integer("heads", 1, 1024, Math.max(1, features / 64));
      block.check(
          features % heads == 0, "heads", "a divisor of the tower's " + features + " features");
      Spec spec = new Spec(imageSize, width, depths, heads);
      block.check(
          spec.side() > 0,
          "depths",
          "fewer stages: each halves the grid, and data.image-size is " + imageSize);
      return spec;
    }

    @Override
    public Tower<Operand<TFloat32>> tower() {
      return new ModifiedResNet(this);
    }

    int features() {
      return features(width, depths);
    }

    private static int features(int width, List<Integer> depths) {
      return (width << (depths.size() - 1)) * EXPANSION;
    }

    /** Cells on a side of the last grid. */
    int side() {
      return imageSize / STEM_STRIDE >> (depths.size() - 1);
    }
  }

  private final Spec spec;

  ModifiedResNet(Spec spec) {
    this.spec = spec;
  }

  @Override
  public int featureSize() {
    return spec.features();
  }

  @Override
  public boolean projectionHasBias() {
    return true;
  }

  @Override
  public Operand<TFloat32> features(Layers layers, Operand<TFloat32> pixels) {
    Convolutions convolutions = new Convolutions(layers);
    Operand<TFloat32> grid =
        layers.bfloat16()
            ? layers.cast(grid(convolutions, layers.cast(pixels, TBfloat16.class)), TFloat32.class)
            : grid(convolutions, pixels);
    return new AttentionPooling(spec.side(), spec.features(), spec.heads())
        .pool(layers.in("pool"), grid);
  }

  private <T extends TNumber> Operand<T> grid(Convolutions convolutions, Operand<T> pixels) {
    Operand<T> x = stem(convolutions.in("stem"), pixels);
    int in = spec.width();
    for (int stage = 0; stage < spec.depths().size(); stage++) {
      int width = spec.width() << stage;
      for (int i = 0; i < spec.depths().get(stage); i++) {
        int stride = i == 0 && stage > 0 ? 2 : 1;
        x = residual(convolutions.in("stage").in(stage).in(i), x, in, width, stride);
        in = width * EXPANSION;
      }
    }
    return x;
  }

  private <T extends TNumber> Operand<T> stem(Convolutions convolutions, Operand<T> pixels) {
    int width = spec.width();
    Operand<T> x = convolutions.convolveNormRelu("0", pixels, 3, width / 2, 3, 2);
    x = convolutions.convolveNormRelu("1", x, width / 2, width / 2, 3, 1);
    x = convolutions.convolveNormRelu("2", x, width / 2, width, 3, 1);
    return convolutions.averagePool(x, 2);
  }

  private static <T extends TNumber> Operand<T> residual(
      Convolutions convolutions, Operand<T> x, int in, int width, int stride) {
    int out = width * EXPANSION;
    Operand<T> branch = convolutions.convolveNormRelu("0", x, in, width, 1, 1);
    branch = convolutions.convolveNormRelu("1", branch, width, width, 3, 1);
    branch = strided(convolutions, branch, stride);
    branch = convolutions.convolveNorm("2", branch, width, out, 1, 1);
    Operand<T> shortcut =
        stride == 1 && in == out
            ? x
            : convolutions.convolveNorm(
                "shortcut", strided(convolutions, x, stride), in, out, 1, 1);
    return convolutions.sumRelu(branch, shortcut);
  }

  private static <T extends TNumber> Operand<T> strided(
      Convolutions convolutions, Operand<T> x, int stride) {
    return stride == 1 ? x : convolutions.averagePool(x, stride);
  }
}
