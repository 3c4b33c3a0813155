package dev.lockstep.example;

import dev.lockstep.model.Tower;
import dev.lockstep.model.layer.Convolutions;
import dev.lockstep.model.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Three convolutions, each of which halves the grid, and the mean over what is left of it. */
public final class SmallConvNet implements Tower<Operand<TFloat32>> {
  private static final int CONVOLUTIONS = 3;
  private final int width;

  /**
   * @param width channels after the first convolution; each later one doubles them
   */
  public SmallConvNet(int width) {
    this.width = width;
  }

  @Override
  public int featureSize() {
    return width << CONVOLUTIONS - 1;
  }

  @Override
  public Operand<TFloat32> features(Layers layers, Operand<TFloat32> pixels) {
    Ops tf = layers.tf();
    Convolutions convolutions = new Convolutions(layers);
    Operand<TFloat32> x = pixels;
    int in = 3;
    for (int i = 0; i < CONVOLUTIONS; i++) {
      int out = width << i;
      x = convolutions.convolveNormRelu("block-" + i, x, in, out, 3, 2);
      in = out;
    }
    return tf.math.mean(x, tf.constant(new int[] {1, 2}));
  }
}
