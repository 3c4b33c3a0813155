package dev.lockstep.objective;

import dev.lockstep.model.Encoded;
import dev.lockstep.model.Side;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/**
 * One tower's output is fitted to the output of the other, which is held fixed, pair by pair and
 * with no negatives: "train BERT to fit the ViT's output", word for word. The two measures are
 * those of Hinton et al.'s successors for hints (Romero et al. 2015: squared error) and of
 * cross-lingual CLIPs (Reimers and Gurevych 2020: squared error; Chen et al. 2022).
 */
final class FitEmbedding implements Objective {
  /** The name in an experiment file. */
  private static final String NAME = "fit-embedding";

  /** How far one vector is from another. */
  enum Measure {
    /** 1 less the cosine: the lengths do not count. */
    COSINE,
    /** The mean over the dimensions of the squared difference. */
    SQUARED_ERROR
  }

  /** What of the fixed tower is the target. */
  enum Target {
    /** What its projection makes of it. */
    EMBEDDING,
    /** Its own output, before its projection, which then plays no part. */
    FEATURES
  }

  private final Measure measure;
  private final Target target;

  FitEmbedding(Measure measure, Target target) {
    this.measure = measure;
    this.target = target;
  }

  @Override
  public Loss loss(Forward forward) {
    Side fixed = FixedSide.of(forward, NAME);
    Encoded encoded = forward.encoded();
    boolean image = fixed == Side.IMAGE;
    Operand<TFloat32> learner = image ? encoded.textProjection() : encoded.imageProjection();
    if (target == Target.EMBEDDING) {
      return loss(
          forward.tf(), learner, image ? encoded.imageProjection() : encoded.textProjection());
    }
    int width = forward.model().featureSize(fixed);
    int embedding = forward.model().embeddingSize();
    if (width != embedding) {
      throw forward.unsuited(
          "the "
              + fixed.label()
              + " tower's features have "
              + width
              + " dimensions, and the other tower is projected to "
              + embedding,
          "set model.embedding = " + width + ", or objective.target = embedding");
    }
    return loss(forward.tf(), learner, image ? encoded.imageFeatures() : encoded.textFeatures());
  }

  /**
   * @param learner [batch, dimensions]
   * @param fixed [batch, dimensions]
   */
  Loss loss(Ops tf, Operand<TFloat32> learner, Operand<TFloat32> fixed) {
    Operand<TFloat32> targets = tf.stopGradient(fixed);
    return switch (measure) {
      case COSINE -> cosine(tf, unit(tf, learner), unit(tf, targets));
      case SQUARED_ERROR -> squaredError(tf, learner, targets);
    };
  }

  /** A model that gives the same vector to all does best with the mean of the targets. */
  private static Loss cosine(Ops tf, Operand<TFloat32> learner, Operand<TFloat32> targets) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> cosines = tf.sum(tf.math.mul(learner, targets), tf.constant(1));
    Operand<TFloat32> mean = tf.math.mean(targets, tf.constant(0));
    Operand<TFloat32> length = tf.math.sqrt(tf.sum(tf.math.square(mean), tf.constant(0)));
    return new Loss(
        tf.math.sub(one, tf.math.mean(cosines, tf.constant(0))),
        tf.constant(0f),
        tf.math.sub(one, length));
  }

  /** The same here costs the variance of the targets. */
  private static Loss squaredError(Ops tf, Operand<TFloat32> learner, Operand<TFloat32> targets) {
    Operand<TFloat32> mean = tf.math.mean(targets, tf.constant(0), Mean.keepDims(true));
    return new Loss(
        mean(tf, tf.math.squaredDifference(learner, targets)),
        tf.constant(0f),
        mean(tf, tf.math.squaredDifference(targets, mean)));
  }

  private static Operand<TFloat32> unit(Ops tf, Operand<TFloat32> vectors) {
    Operand<TFloat32> squares = tf.sum(tf.math.square(vectors), tf.constant(1), Sum.keepDims(true));
    return tf.math.mul(vectors, tf.math.rsqrt(tf.math.maximum(squares, tf.constant(1e-12f))));
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> matrix) {
    return tf.math.mean(matrix, tf.constant(new int[] {0, 1}));
  }
}
