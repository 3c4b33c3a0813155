package dev.lockstep.objective;

import dev.lockstep.input.BatchLayout;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.layer.Layers;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Both towers, each by itself: the sum of {@link TwoViews} and {@link MaskedLanguage}. */
final class EachByItself implements Objective {
  private final Objective image;
  private final Objective text;

  EachByItself(Objective image, Objective text) {
    this.image = image;
    this.text = text;
  }

  @Override
  public BatchLayout inputs(BatchLayout pairs) {
    return image.inputs(pairs).and(text.inputs(pairs));
  }

  @Override
  public void makeVariables(DualEncoder model, Function<String, Layers> layers) {
    image.makeVariables(model, layers);
    text.makeVariables(model, layers);
  }

  @Override
  public Loss loss(Forward forward) {
    Ops tf = forward.tf();
    Loss ofImages = image.loss(forward);
    Loss ofTexts = text.loss(forward);
    return new Loss(
        sum(tf, ofImages.value(), ofTexts.value()),
        sum(tf, ofImages.floor(), ofTexts.floor()),
        sum(tf, ofImages.chance(), ofTexts.chance()));
  }

  private static Operand<TFloat32> sum(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.math.add(a, b);
  }
}
