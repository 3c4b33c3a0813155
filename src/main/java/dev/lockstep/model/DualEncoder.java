package dev.lockstep.model;

import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.framework.op.FrameworkOps;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * CLIP (Radford et al. 2021, figure 1): two towers, a linear projection of each into a common
 * space, and a learned scale of the similarities there. It may be built several times into one
 * graph, each time for training or for evaluation of either tower, over the same variables.
 */
public final class DualEncoder {
  /** ln(1 / 0.07), where CLIP starts. */
  public static final double INITIAL_LOGIT_SCALE = Math.log(1 / 0.07);

  /** ln 100, the bound that CLIP keeps the scale's logarithm under. */
  public static final double MAX_LOGIT_SCALE = Math.log(100);

  private static final String LOGIT_SCALE = "logit-scale";

  private final Ops tf;
  private final Variables variables;
  private final ModelSpec spec;
  private final Tower<Operand<TFloat32>> imageTower;
  private final Tower<Tokens> textTower;
  private final int vocabularySize;

  /**
   * @param vocabularySize how many ids the tokenizer has
   */
  public DualEncoder(Ops tf, Variables variables, ModelSpec spec, int vocabularySize) {
    this.tf = tf;
    this.variables = variables;
    this.spec = spec;
    this.imageTower = spec.image().tower();
    this.textTower = spec.text().tower(vocabularySize);
    this.vocabularySize = vocabularySize;
  }

  /**
   * One tower's vectors for a batch, before they are projected.
   *
   * @param features [batch, width] or [batch, tokens, width]
   * @param updates what must run with a training step: batch norm's statistics
   */
  public record Featured(Operand<TFloat32> features, List<Op> updates) {}

  /**
   * One side of a batch.
   *
   * @param features [batch, width of the tower]
   * @param projected [batch, embedding], before normalization
   * @param embedding [batch, embedding], each of length 1
   * @param updates what must run with a training step: batch norm's statistics
   */
  public record Projected(
      Operand<TFloat32> features,
      Operand<TFloat32> projected,
      Operand<TFloat32> embedding,
      List<Op> updates) {

    /** Each row so many times, one after the other. */
    public Projected repeated(Ops tf, int times) {
      return times == 1
          ? this
          : new Projected(
              repeated(tf, features, times),
              repeated(tf, projected, times),
              repeated(tf, embedding, times),
              updates);
    }

    private static Operand<TFloat32> repeated(Ops tf, Operand<TFloat32> rows, int times) {
      long width = rows.shape().get(1);
      return tf.reshape(
          tf.tile(tf.expandDims(rows, tf.constant(1)), tf.constant(new int[] {1, times, 1})),
          tf.constant(new long[] {-1, width}));
    }
  }

  /** Both towers over a batch. */
  public Encoded encode(
      Operand<TUint8> images, Tokens tokens, LayerMode imageMode, LayerMode textMode) {
    return encodePixels(normalized(images), tokens, imageMode, textMode);
  }

  /**
   * @param pixels [batch, height, width, 3], less the mean and divided by the deviation
   */
  public Encoded encodePixels(
      Operand<TFloat32> pixels, Tokens tokens, LayerMode imageMode, LayerMode textMode) {
    return encoded(imageOfPixels(pixels, imageMode), text(tokens, textMode));
  }

  /** Two sides as one. */
  public Encoded encoded(Projected image, Projected text) {
    List<Op> updates = new ArrayList<>(image.updates());
    updates.addAll(text.updates());
    return new Encoded(
        image.features(),
        text.features(),
        image.projected(),
        text.projected(),
        image.embedding(),
        text.embedding(),
        logitScale(),
        updates);
  }

  /** The image tower over images [batch, height, width, 3], projected. */
  public Projected image(Operand<TUint8> images, LayerMode mode) {
    return imageOfPixels(normalized(images), mode);
  }

  /** The text tower over texts, projected. */
  public Projected text(Tokens tokens, LayerMode mode) {
    Layers layers = layers(Side.TEXT, mode);
    return project(layers, textTower.features(layers, tokens), textTower);
  }

  /** Stored image features [batch, width], projected. */
  public Projected projectImage(Operand<TFloat32> features, LayerMode mode) {
    return project(layers(Side.IMAGE, mode), features, imageTower);
  }

  /** Stored text features [batch, width], projected. */
  public Projected projectText(Operand<TFloat32> features, LayerMode mode) {
    return project(layers(Side.TEXT, mode), features, textTower);
  }

  /** The image tower alone: [batch, width] of images [batch, height, width, 3]. */
  public Featured imageFeatures(Operand<TUint8> images, LayerMode mode) {
    Layers layers = layers(Side.IMAGE, mode);
    return new Featured(imageTower.features(layers, normalized(images)), layers.updates());
  }

  /** The text tower alone: [batch, width]. */
  public Featured textFeatures(Tokens tokens, LayerMode mode) {
    Layers layers = layers(Side.TEXT, mode);
    return new Featured(textTower.features(layers, tokens), layers.updates());
  }

  /**
   * The text tower up to its tokens: [batch, tokens, width].
   *
   * @throws IllegalArgumentException if it does not have them
   */
  public Featured textHiddenStates(Tokens tokens, LayerMode mode) {
    if (!(textTower instanceof TokenTower<Tokens> tower)) {
      throw new IllegalArgumentException("the text tower has no states of its tokens");
    }
    Layers layers = layers(Side.TEXT, mode);
    return new Featured(tower.hiddenStates(layers, tokens), layers.updates());
  }

  /** The width of the features of a tower. */
  public int featureSize(Side side) {
    return side == Side.IMAGE ? imageTower.featureSize() : textTower.featureSize();
  }

  /** The dimension that both towers are projected to. */
  public int embeddingSize() {
    return spec.embeddingSize();
  }

  /** How many ids the tokenizer has. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** Whether the text tower is a BERT, in which each token sees those before and after it. */
  public boolean textIsBert() {
    return textTower instanceof Bert;
  }

  /** [batch, embedding] of images [batch, height, width, 3], for evaluation. */
  public Operand<TFloat32> imageEmbedding(Operand<TUint8> images, LayerMode mode) {
    return image(images, mode).embedding();
  }

  /** [batch, embedding] of normalized pixels [batch, height, width, 3], for evaluation. */
  public Operand<TFloat32> pixelEmbedding(Operand<TFloat32> pixels, LayerMode mode) {
    return imageOfPixels(pixels, mode).embedding();
  }

  /** [batch, embedding] of texts, for evaluation. */
  public Operand<TFloat32> textEmbedding(Tokens tokens, LayerMode mode) {
    return text(tokens, mode).embedding();
  }

  /** The factor on the similarities: a scalar from 1 to 100. */
  public Operand<TFloat32> logitScale() {
    return tf.math.exp(shared().scalar(LOGIT_SCALE, INITIAL_LOGIT_SCALE));
  }

  /** The variable that {@link #logitScale} is the exponential of. */
  public Variable logitScaleVariable() {
    logitScale();
    return variables.get("shared/" + LOGIT_SCALE);
  }

  private Projected imageOfPixels(Operand<TFloat32> pixels, LayerMode mode) {
    Layers layers = layers(Side.IMAGE, mode);
    return project(layers, imageTower.features(layers, pixels), imageTower);
  }

  private Layers layers(Side side, LayerMode mode) {
    return new Layers(tf, variables, mode, side.label());
  }

  private Projected project(Layers layers, Operand<TFloat32> features, Tower<?> tower) {
    int in = tower.featureSize();
    int out = spec.embeddingSize();
    Operand<TFloat32> projected =
        tower.projectionHasBias()
            ? layers.dense("projection", features, in, out)
            : layers.denseWithoutBias("projection", features, in, out);
    Operand<TFloat32> embedding = unit(tf, projected);
    return new Projected(features, projected, embedding, layers.updates());
  }

  /** Vectors [batch, embedding] brought to length 1. */
  public static Operand<TFloat32> unit(Ops tf, Operand<TFloat32> projected) {
    return FrameworkOps.create(tf).math.l2Normalize(projected, new int[] {-1});
  }

  private Operand<TFloat32> normalized(Operand<TUint8> images) {
    Operand<TFloat32> unit =
        tf.math.mul(tf.dtypes.cast(images, TFloat32.class), tf.constant(1 / 255f));
    return tf.math.div(
        tf.math.sub(unit, tf.constant(floats(spec.pixelMean()))),
        tf.constant(floats(spec.pixelDeviation())));
  }

  private Layers shared() {
    return new Layers(tf, variables, LayerMode.evaluation(false), Side.SHARED.label());
  }

  private static float[] floats(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }
}
