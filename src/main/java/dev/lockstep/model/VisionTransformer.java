package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.Activation;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.model.layer.TransformerEncoder;
import dev.lockstep.model.layer.TransformerEncoder.Norm;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * ViT (Dosovitskiy et al. 2021) as in CLIP (Radford et al. 2021): a norm before the first block, no
 * bias on the patches. Agrees with transformers' {@code ChineseCLIPVisionModel}.
 */
final class VisionTransformer implements Tower<Operand<TFloat32>> {

  /** How the tokens become one vector. */
  enum Pooling {
    CLASS,
    MEAN
  }

  /**
   * @param imageSize pixels on a side; a multiple of the patch
   * @param patch pixels on a side of a patch
   */
  record Spec(int imageSize, int patch, Pooling pooling, TransformerEncoder.Options encoder)
      implements ModelSpec.ImageTowerSpec {

    static Spec from(Block block, int imageSize) {
      int patch = block.integer("patch", 1, 1024);
      block.check(
          imageSize % patch == 0, "patch", "a divisor of data.image-size (" + imageSize + ")");
      Pooling pooling = block.choice("pooling", Pooling.class, Pooling.CLASS);
      return new Spec(
          imageSize,
          patch,
          pooling,
          ModelSpec.encoder(block, Norm.BEFORE, Activation.QUICK_GELU, 1e-5, 0));
    }

    @Override
    public Tower<Operand<TFloat32>> tower() {
      return new VisionTransformer(this);
    }
  }

  private final Spec spec;
  private final int hiddenSize;

  VisionTransformer(Spec spec) {
    this.spec = spec;
    this.hiddenSize = spec.encoder().hiddenSize();
  }

  @Override
  public int featureSize() {
    return hiddenSize;
  }

  @Override
  public Operand<TFloat32> features(Layers layers, Operand<TFloat32> pixels) {
    Operand<TFloat32> tokens = embed(layers, pixels);
    tokens = norm(layers, "pre-norm", tokens);
    tokens = new TransformerEncoder(spec.encoder()).encode(layers.in("encoder"), tokens, null);
    return layers.layerNorm("post-norm", pool(layers.tf(), tokens), hiddenSize, epsilon());
  }

  /** [batch, 1 + patches, hidden]: the class token, then the patches row by row. */
  private Operand<TFloat32> embed(Layers layers, Operand<TFloat32> pixels) {
    Ops tf = layers.tf();
    int grid = spec.imageSize() / spec.patch();
    Operand<TFloat32> patches =
        tf.reshape(
            layers.bfloat16()
                ? layers.cast(patches(layers, layers.cast(pixels, TBfloat16.class)), TFloat32.class)
                : patches(layers, pixels),
            tf.constant(new int[] {-1, grid * grid, hiddenSize}));
    Operand<TInt32> batch =
        tf.slice(tf.shape(patches), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    Operand<TFloat32> classToken =
        tf.tile(
            tf.reshape(
                layers.undecayed("class-embedding", Shape.of(hiddenSize)),
                tf.constant(new int[] {1, 1, hiddenSize})),
            tf.concat(List.of(batch, tf.constant(new int[] {1, 1})), tf.constant(0)));
    return tf.math.add(
        tf.concat(List.of(classToken, patches), tf.constant(1)),
        layers.undecayed("position-embedding", Shape.of(grid * grid + 1L, hiddenSize)));
  }

  private <T extends TNumber> Operand<T> patches(Layers layers, Operand<T> pixels) {
    int patch = spec.patch();
    return layers.convolution("patch-embedding", pixels, 3, hiddenSize, patch, patch, 0);
  }

  private Operand<TFloat32> pool(Ops tf, Operand<TFloat32> tokens) {
    return switch (spec.pooling()) {
      case CLASS -> Pooled.first(tf, tokens);
      case MEAN -> tf.math.mean(tokens, tf.constant(1));
    };
  }

  private Operand<TFloat32> norm(Layers layers, String name, Operand<TFloat32> tokens) {
    return layers.layerNorm(name, tokens, hiddenSize, epsilon());
  }

  private double epsilon() {
    return spec.encoder().epsilon();
  }
}
