package dev.lockstep.model.layer;

import dev.lockstep.tensorflow.FusedFunction;
import dev.lockstep.tensorflow.OwnGradient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * What a transformer's block does between its products, each forward and backward in one compiled
 * function. Besides taking fewer passes they keep less for the way back: what went in, and none of
 * what lies between.
 */
final class FusedLayers {
  private record Functions(FusedFunction forward, FusedFunction backward) {
    void attach(Ops tf) {
      forward.attach(tf);
      backward.attach(tf);
    }
  }

  private static final Map<String, Functions> BY_KIND = new ConcurrentHashMap<>();

  private static final FusedFunction BIAS =
      new FusedFunction(
          "Bias",
          List.of(DataType.DT_BFLOAT16, DataType.DT_FLOAT),
          (tf, in) ->
              List.of(
                  tf.dtypes.cast(
                      tf.math.add(cast(tf, in.get(0)), cast(tf, in.get(1))), TBfloat16.class)));

  private FusedLayers() {}

  /**
   * Layer normalization, computed in float32.
   *
   * @param x [..., width]
   * @param scale [width]
   * @param offset [width]
   */
  static Operand<TFloat32> layerNorm(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> scale,
      Operand<TFloat32> offset,
      double epsilon) {
    String kind = "layer-norm " + epsilon;
    Functions functions =
        BY_KIND.computeIfAbsent(kind, k -> layerNorm(DataType.DT_FLOAT, (float) epsilon));
    functions.attach(tf);
    Operand<TFloat32> y =
        float32(tf, functions.forward().call(tf, List.of(x, scale, offset)).get(0), x);
    return OwnGradient.of(
        tf,
        kind,
        y,
        List.of(x, scale, offset),
        (g, in, dy) -> {
          Operand<TFloat32> toOffset = g.nn.biasAddGrad(float32(g, dy, in.get(0)));
          return layerNormGradient(g, functions, in, dy, toOffset);
        });
  }

  /**
   * The same, for a product to take.
   *
   * @param x [rows, width]
   */
  static Operand<TBfloat16> layerNormForProduct(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> scale,
      Operand<TFloat32> offset,
      double epsilon) {
    String kind = "layer-norm-for-product " + epsilon;
    Functions functions =
        BY_KIND.computeIfAbsent(kind, k -> layerNorm(DataType.DT_BFLOAT16, (float) epsilon));
    functions.attach(tf);
    Operand<TBfloat16> y =
        bfloat16(tf, functions.forward().call(tf, List.of(x, scale, offset)).get(0), x);
    return OwnGradient.of(
        tf,
        kind,
        y,
        List.of(x, scale, offset),
        (g, in, dy) ->
            layerNormGradient(
                g, functions, in, dy, sumOfRows(g, bfloat16(g, dy, in.get(0)), in.get(2))));
  }

  private static List<Operand<? extends TType>> layerNormGradient(
      Ops tf,
      Functions functions,
      List<Operand<? extends TType>> in,
      Operand<? extends TType> dy,
      Operand<TFloat32> toOffset) {
    List<Operand<? extends TType>> out =
        functions.backward().call(tf, List.of(in.get(0), in.get(1), dy));
    return List.of(
        float32(tf, out.get(0), in.get(0)),
        tf.nn.biasAddGrad(float32(tf, out.get(1), in.get(0))),
        toOffset);
  }

  /**
   * @param given the type of what comes out, and of the gradient to it
   */
  private static Functions layerNorm(DataType given, float epsilon) {
    DataType f = DataType.DT_FLOAT;
    return new Functions(
        new FusedFunction(
            "LayerNorm",
            List.of(f, f, f),
            (tf, in) -> {
              Operand<TFloat32> y =
                  Layers.layerNorm(
                      tf, cast(tf, in.get(0)), cast(tf, in.get(1)), cast(tf, in.get(2)), epsilon);
              return List.of(given == f ? y : tf.dtypes.cast(y, TBfloat16.class));
            }),
        new FusedFunction(
            "LayerNormGradient",
            List.of(f, f, given),
            (tf, in) -> {
              Normalized x = Normalized.of(tf, cast(tf, in.get(0)), epsilon);
              Operand<TFloat32> dy = cast(tf, in.get(2));
              Operand<TFloat32> d = tf.math.mul(dy, cast(tf, in.get(1)));
              // What does not change mean and deviation: equation 3 of Xu et al. 2019.
              Operand<TFloat32> along =
                  tf.math.mul(x.value(), Normalized.mean(tf, tf.math.mul(d, x.value())));
              return List.of(
                  tf.math.mul(
                      x.factor(), tf.math.sub(tf.math.sub(d, Normalized.mean(tf, d)), along)),
                  tf.math.mul(dy, x.value()));
            }));
  }

  /**
   * f(x + b), computed in float32.
   *
   * @param x [rows, width]
   * @param bias [width]
   * @return [rows, width]
   */
  static Operand<TBfloat16> activate(
      Ops tf, Activation activation, Operand<TBfloat16> x, Operand<TFloat32> bias) {
    Functions functions = BY_KIND.computeIfAbsent(activation.name(), k -> activate(activation));
    functions.attach(tf);
    Operand<TBfloat16> y = bfloat16(tf, functions.forward().call(tf, List.of(x, bias)).get(0), x);
    return OwnGradient.of(
        tf,
        activation.name(),
        y,
        List.of(x, bias),
        (g, in, dy) -> {
          Operand<TBfloat16> dx =
              bfloat16(
                  g,
                  functions.backward().call(g, List.of(in.get(0), in.get(1), dy)).get(0),
                  in.get(0));
          return List.of(dx, sumOfRows(g, dx, in.get(1)));
        });
  }

  /**
   * x + b, computed in float32.
   *
   * @param x [rows, width]
   * @param bias [width]
   * @return [rows, width]
   */
  static Operand<TBfloat16> bias(Ops tf, Operand<TBfloat16> x, Operand<TFloat32> bias) {
    BIAS.attach(tf);
    Operand<TBfloat16> y = bfloat16(tf, BIAS.call(tf, List.of(x, bias)).get(0), x);
    return OwnGradient.of(
        tf,
        "bias",
        y,
        List.of(x, bias),
        (g, in, dy) -> {
          Operand<TBfloat16> dx = bfloat16(g, dy, in.get(0));
          return List.of(dx, sumOfRows(g, dx, in.get(1)));
        });
  }

  private static Functions activate(Activation activation) {
    DataType b = DataType.DT_BFLOAT16;
    DataType f = DataType.DT_FLOAT;
    return new Functions(
        new FusedFunction(
            "Activate",
            List.of(b, f),
            (tf, in) ->
                List.of(
                    tf.dtypes.cast(
                        activation.apply(tf, tf.math.add(cast(tf, in.get(0)), cast(tf, in.get(1)))),
                        TBfloat16.class))),
        new FusedFunction(
            "ActivateGradient",
            List.of(b, f, b),
            (tf, in) ->
                List.of(
                    tf.dtypes.cast(
                        tf.math.mul(
                            cast(tf, in.get(2)),
                            activation.derivative(
                                tf, tf.math.add(cast(tf, in.get(0)), cast(tf, in.get(1))))),
                        TBfloat16.class))));
  }

  /** As a product, which adds up in float32: BiasAddGrad loses digits in bfloat16. */
  private static Operand<TFloat32> sumOfRows(
      Ops tf, Operand<TBfloat16> x, Operand<? extends TType> like) {
    Operand<TInt32> rows =
        tf.slice(tf.shape(x), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    Operand<TBfloat16> ones =
        tf.fill(
            tf.concat(List.of(tf.constant(new int[] {1}), rows), tf.constant(0)),
            tf.dtypes.cast(tf.constant(1f), TBfloat16.class));
    return float32(tf, tf.linalg.matMul(ones, x), like);
  }

  private static Operand<TFloat32> cast(Ops tf, Operand<? extends TType> x) {
    return tf.dtypes.cast(number(x), TFloat32.class);
  }

  /** In float32 and of the shape of another tensor, which the graph does not know of a call. */
  private static Operand<TFloat32> float32(
      Ops tf, Operand<? extends TType> x, Operand<? extends TType> like) {
    return tf.reshape(cast(tf, x), tf.shape(like));
  }

  private static Operand<TBfloat16> bfloat16(
      Ops tf, Operand<? extends TType> x, Operand<? extends TType> like) {
    return tf.reshape(tf.dtypes.cast(number(x), TBfloat16.class), tf.shape(like));
  }

  @SuppressWarnings("unchecked")
  private static Operand<TNumber> number(Operand<? extends TType> x) {
    return (Operand<TNumber>) x;
  }
}
