package dev.lockstep.objective;

import dev.lockstep.input.Batch;
import dev.lockstep.input.BatchLayout;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Side;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.Activation;
import dev.lockstep.model.layer.Layers;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The text tower by itself: masked language modelling (Devlin et al. 2019, section 3.1). The head
 * is BERT's: a dense layer, GELU and layer norm, then the word embeddings once more as the decoder,
 * with a bias of its own. Agrees with transformers' {@code BertForMaskedLM}, whose {@code
 * cls.predictions} it is. The loss is the mean over the hidden tokens of the batch.
 */
final class MaskedLanguage implements Objective {
  private static final String SCOPE = "text/masked-language";
  private static final String WORDS = "word";
  private static final double EPSILON = 1e-12;

  private final double rate;

  /**
   * @param rate the share of the tokens that are to be predicted
   */
  MaskedLanguage(double rate) {
    this.rate = rate;
  }

  @Override
  public BatchLayout inputs(BatchLayout pairs) {
    return pairs.maskedTexts(rate);
  }

  @Override
  public String chanceName() {
    return "ln V";
  }

  @Override
  public void makeVariables(DualEncoder model, Function<String, Layers> layers) {
    Layers head = layers.apply(SCOPE);
    int hidden = model.featureSize(Side.TEXT);
    Ops tf = head.tf();
    logits(
        head,
        layers.apply("text/embeddings"),
        tf.zeros(tf.constant(new int[] {1, hidden}), TFloat32.class),
        hidden,
        model.vocabularySize());
  }

  @Override
  public Loss loss(Forward forward) {
    if (!forward.model().textIsBert()) {
      throw forward.unsuited(
          "masked language modelling needs a text tower of type bert",
          "in a causal transformer no token sees those after it; take another objective.type");
    }
    Ops tf = forward.tf();
    Batch batch = forward.batch();
    int hidden = forward.model().featureSize(Side.TEXT);
    Operand<TFloat32> states =
        forward.textHiddenStates(new Tokens(batch.maskedIds(), batch.attentionMask()));
    Operand<TInt64> places = places(tf, batch.hidden());
    Operand<TFloat32> atPlaces =
        tf.gather(
            tf.reshape(states, tf.constant(new int[] {-1, hidden})),
            places,
            tf.constant(0),
            new Gather.Options[0]);
    Operand<TInt32> answers =
        tf.gather(
            tf.reshape(batch.inputIds(), tf.constant(new int[] {-1})),
            places,
            tf.constant(0),
            new Gather.Options[0]);
    int vocabulary = forward.model().vocabularySize();
    Operand<TFloat32> logits =
        logits(
            forward.layers(SCOPE), forward.layers("text/embeddings"), atPlaces, hidden, vocabulary);
    return loss(tf, logits, answers, vocabulary);
  }

  /**
   * @param logits [places, vocabulary]
   * @param answers [places], the ids that stood there
   */
  static Loss loss(Ops tf, Operand<TFloat32> logits, Operand<TInt32> answers, int vocabulary) {
    Operand<TFloat32> right =
        tf.oneHot(answers, tf.constant(vocabulary), tf.constant(1f), tf.constant(0f));
    Operand<TFloat32> costs =
        tf.math.neg(tf.sum(tf.math.mul(tf.nn.logSoftmax(logits), right), tf.constant(1)));
    // A batch of short texts may have no hidden token at all.
    Operand<TFloat32> count =
        tf.math.maximum(tf.dtypes.cast(tf.size(answers), TFloat32.class), tf.constant(1f));
    return new Loss(
        tf.math.div(tf.sum(costs, tf.constant(0)), count),
        tf.constant(0f),
        tf.constant((float) Math.log(vocabulary)));
  }

  /** [hidden tokens of the batch]: where they are, text after text. */
  private static Operand<TInt64> places(Ops tf, Operand<TInt32> hidden) {
    return tf.squeeze(
        tf.where(tf.math.equal(tf.reshape(hidden, tf.constant(new int[] {-1})), tf.constant(1))),
        Squeeze.axis(List.of(1L)));
  }

  /**
   * @param words where the word embeddings are
   * @param states [places, hidden]
   * @return [places, vocabulary]
   */
  private static Operand<TFloat32> logits(
      Layers head, Layers words, Operand<TFloat32> states, int hidden, int vocabulary) {
    Operand<TFloat32> transformed =
        head.layerNorm(
            "norm",
            head.activate(Activation.GELU, head.dense("dense", states, hidden, hidden)),
            hidden,
            EPSILON);
    Operand<TFloat32> decoder = words.weight(WORDS, Shape.of(vocabulary, hidden));
    Operand<TFloat32> logits =
        head.tf().linalg.matMul(transformed, decoder, MatMul.transposeB(true));
    return head.bias("decoder", logits, vocabulary);
  }
}
