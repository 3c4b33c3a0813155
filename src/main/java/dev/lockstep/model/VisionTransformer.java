package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.Activation;
import dev.lockstep.model.layer.Convolutions;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.model.layer.TransformerEncoder;
import dev.lockstep.model.layer.TransformerEncoder.Norm;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * ViT (Dosovitskiy et al. 2021). Agrees with transformers' {@code ChineseCLIPVisionModel} and
 * {@code ViTModel}, and with the original Chinese-CLIP.
 */
final class VisionTransformer implements TokenTower<Operand<TFloat32>> {

  /** Whose form it has. */
  enum Style {
    /** CLIP's (Radford et al. 2021): no bias on the patches, a norm before the first block. */
    CLIP,
    /** That of the paper, as in {@code google/vit-*}: a bias on the patches, no norm before. */
    GOOGLE
  }

  /** How the tokens become one vector, after the last norm. */
  enum Pooling {
    /** The class token. */
    CLASS,
    /** The mean over the patches, as open_clip's {@code pool_type = avg}. */
    MEAN
  }

  /**
   * @param imageSize pixels on a side; a multiple of the patch
   * @param patch pixels on a side of a patch
   * @param patchDropout the share of the patches that training leaves out (FLIP, Li et al. 2023)
   */
  record Spec(
      int imageSize,
      int patch,
      Style style,
      Pooling pooling,
      double patchDropout,
      TransformerEncoder.Options encoder)
      implements ModelSpec.ImageTowerSpec {

    static Spec from(Block block, int imageSize) {
      int patch = block.integer("patch", 1, 1024);
      block.check(
          imageSize % patch == 0, "patch", "a divisor of data.image-size (" + imageSize + ")");
      Style style = block.choice("style", Style.class, Style.CLIP);
      boolean clip = style == Style.CLIP;
      return new Spec(
          imageSize,
          patch,
          style,
          block.choice("pooling", Pooling.class, Pooling.CLASS),
          block.number("patch-dropout", 0, 0.99, 0),
          EncoderOptions.from(
              block,
              Norm.BEFORE,
              clip ? Activation.QUICK_GELU : Activation.GELU,
              clip ? 1e-5 : 1e-12,
              0));
    }

    @Override
    public Tower<Operand<TFloat32>> tower() {
      return new VisionTransformer(this);
    }

    int patches() {
      return (imageSize / patch) * (imageSize / patch);
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
    Ops tf = layers.tf();
    return switch (spec.pooling()) {
      case CLASS ->
          norm(
              layers,
              "post-norm",
              encoder().encodeFirst(layers.in("encoder"), tokens(layers, pixels), null));
      case MEAN -> Pooled.meanOfPatches(tf, norm(layers, "post-norm", encode(layers, pixels)));
    };
  }

  @Override
  public Operand<TFloat32> hiddenStates(Layers layers, Operand<TFloat32> pixels) {
    Operand<TFloat32> tokens = encode(layers, pixels);
    return spec.style() == Style.GOOGLE ? norm(layers, "post-norm", tokens) : tokens;
  }

  private Operand<TFloat32> encode(Layers layers, Operand<TFloat32> pixels) {
    return encoder().encode(layers.in("encoder"), tokens(layers, pixels), null);
  }

  private TransformerEncoder encoder() {
    return new TransformerEncoder(spec.encoder());
  }

  /** [batch, 1 + patches, hidden]: what the first block takes. */
  private Operand<TFloat32> tokens(Layers layers, Operand<TFloat32> pixels) {
    Operand<TFloat32> tokens = embed(layers, pixels);
    return spec.style() == Style.CLIP ? norm(layers, "pre-norm", tokens) : tokens;
  }

  /** [batch, 1 + patches, hidden]: the class token, then the patches row by row. */
  private Operand<TFloat32> embed(Layers layers, Operand<TFloat32> pixels) {
    Ops tf = layers.tf();
    Operand<TFloat32> classToken =
        tf.reshape(
            layers.undecayed("class-embedding", Shape.of(hiddenSize)),
            tf.constant(new int[] {1, hiddenSize}));
    Operand<TFloat32> positions =
        layers.undecayed("position-embedding", Shape.of(spec.patches() + 1L, hiddenSize));
    Operand<TFloat32> patches =
        tf.math.add(patches(layers, pixels), rows(tf, positions, 1, spec.patches()));
    patches = layers.dropPatches("patch-dropout", patches, spec.patches(), spec.patchDropout());
    Operand<TFloat32> first = tf.math.add(classToken, rows(tf, positions, 0, 1));
    return tf.concat(List.of(forEach(tf, patches, first), patches), tf.constant(1));
  }

  /** [batch, patches, hidden]. */
  private Operand<TFloat32> patches(Layers layers, Operand<TFloat32> pixels) {
    Operand<TFloat32> patches =
        new Convolutions(layers)
            .patches(
                "patch-embedding",
                pixels,
                3,
                hiddenSize,
                spec.patch(),
                spec.imageSize() / spec.patch());
    return spec.style() == Style.GOOGLE
        ? layers.bias("patch-embedding", patches, hiddenSize)
        : patches;
  }

  private Operand<TFloat32> rows(Ops tf, Operand<TFloat32> table, int begin, int count) {
    return tf.slice(
        table, tf.constant(new int[] {begin, 0}), tf.constant(new int[] {count, hiddenSize}));
  }

  /** A row [1, hidden] for each example, [batch, 1, hidden]. */
  private Operand<TFloat32> forEach(Ops tf, Operand<TFloat32> examples, Operand<TFloat32> row) {
    Operand<TInt32> batch =
        tf.slice(tf.shape(examples), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    return tf.tile(
        tf.expandDims(row, tf.constant(0)),
        tf.concat(List.of(batch, tf.constant(new int[] {1, 1})), tf.constant(0)));
  }

  private Operand<TFloat32> norm(Layers layers, String name, Operand<TFloat32> tokens) {
    return layers.layerNorm(name, tokens, hiddenSize, spec.encoder().epsilon());
  }
}
