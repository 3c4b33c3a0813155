package dev.lockstep.model.layer;

import org.tensorflow.Operand;
import org.tensorflow.framework.op.FrameworkOps;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The non-linearity of a tower, by the names that transformers uses. */
public enum Activation {
  /** x * Phi(x), with the error function (Hendrycks & Gimpel 2016). */
  GELU {
    @Override
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
      return FrameworkOps.create(tf).nn.gelu(x);
    }

    @Override
    Operand<TFloat32> derivative(Ops tf, Operand<TFloat32> x) {
      // Phi(x) + x phi(x).
      Operand<TFloat32> below =
          tf.math.mul(
              tf.constant(0.5f),
              tf.math.add(
                  tf.constant(1f),
                  tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))))));
      Operand<TFloat32> density =
          tf.math.mul(
              tf.constant((float) (1 / Math.sqrt(2 * Math.PI))),
              tf.math.exp(tf.math.mul(tf.constant(-0.5f), tf.math.square(x))));
      return tf.math.add(below, tf.math.mul(x, density));
    }
  },
  /** x * sigmoid(1.702 x), the approximation that OpenAI's CLIP uses. */
  QUICK_GELU {
    @Override
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
      return tf.math.mul(x, tf.math.sigmoid(tf.math.mul(x, tf.constant(1.702f))));
    }

    @Override
    Operand<TFloat32> derivative(Ops tf, Operand<TFloat32> x) {
      // s + 1.702 x s (1 - s) for s = sigmoid(1.702 x).
      Operand<TFloat32> scaled = tf.math.mul(x, tf.constant(1.702f));
      Operand<TFloat32> s = tf.math.sigmoid(scaled);
      Operand<TFloat32> rest = tf.math.sub(tf.constant(1f), s);
      return tf.math.add(s, tf.math.mul(tf.math.mul(scaled, s), rest));
    }
  },
  RELU {
    @Override
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
      return tf.nn.relu(x);
    }

    @Override
    Operand<TFloat32> derivative(Ops tf, Operand<TFloat32> x) {
      return tf.dtypes.cast(tf.math.greater(x, tf.constant(0f)), TFloat32.class);
    }
  };

  abstract Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x);

  /** What a small change of {@code x} is multiplied by. */
  abstract Operand<TFloat32> derivative(Ops tf, Operand<TFloat32> x);
}
