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
  },
  /** x * sigmoid(1.702 x), the approximation that OpenAI's CLIP uses. */
  QUICK_GELU {
    @Override
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
      return tf.math.mul(x, tf.math.sigmoid(tf.math.mul(x, tf.constant(1.702f))));
    }
  },
  RELU {
    @Override
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
      return tf.nn.relu(x);
    }
  };

  abstract Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x);
}
