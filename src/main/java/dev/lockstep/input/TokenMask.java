package dev.lockstep.input;

import dev.lockstep.text.Vocabulary;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Which tokens masked language modelling hides, and behind what (Devlin et al. 2019, section 3.1):
 * each token but [CLS] and [SEP] is chosen with some probability; 8 of 10 that are become [MASK],
 * one another token of the vocabulary, and one stays as it is. As transformers' {@code
 * DataCollatorForLanguageModeling} has it.
 *
 * @param rate the probability
 */
record TokenMask(Vocabulary vocabulary, double rate) {
  private static final float TO_MASK = 0.8f;
  private static final float TO_MASK_OR_ANOTHER = 0.9f;

  /**
   * A text with its hidden tokens.
   *
   * @param ids [batch, tokens]
   * @param hidden [batch, tokens], 1 for a token that was chosen
   */
  record Masked(Operand<TInt32> ids, Operand<TInt32> hidden) {}

  /**
   * @param ids [batch, tokens]
   * @param attentionMask [batch, tokens]
   * @param contextLength the most tokens that there may be
   */
  Masked apply(
      Ops tf,
      Operand<TInt32> ids,
      Operand<TInt32> attentionMask,
      int contextLength,
      PositionalRandom random) {
    Operand<TFloat32> choice = draw(tf, random, 0, contextLength, ids);
    Operand<TFloat32> kind = draw(tf, random, 1, contextLength, ids);
    Operand<TFloat32> other = draw(tf, random, 2, contextLength, ids);
    Operand<TBool> word =
        tf.math.logicalAnd(
            tf.math.equal(attentionMask, tf.constant(1)),
            tf.math.logicalAnd(
                tf.math.notEqual(ids, tf.constant(vocabulary.id(Vocabulary.CLS))),
                tf.math.notEqual(ids, tf.constant(vocabulary.id(Vocabulary.SEP)))));
    Operand<TBool> chosen =
        tf.math.logicalAnd(word, tf.math.less(choice, tf.constant((float) rate)));
    Operand<TInt32> another =
        tf.dtypes.cast(tf.math.mul(other, tf.constant((float) vocabulary.size())), TInt32.class);
    Operand<TInt32> mask = tf.fill(tf.shape(ids), tf.constant(vocabulary.id(Vocabulary.MASK)));
    Operand<TInt32> changed =
        tf.select(
            tf.math.less(kind, tf.constant(TO_MASK)),
            mask,
            tf.select(tf.math.less(kind, tf.constant(TO_MASK_OR_ANOTHER)), another, ids));
    return new Masked(tf.select(chosen, changed, ids), tf.dtypes.cast(chosen, TInt32.class));
  }

  /** [batch, tokens], the {@code set}-th number of each token. */
  private static Operand<TFloat32> draw(
      Ops tf, PositionalRandom random, int set, int contextLength, Operand<TInt32> ids) {
    Operand<TFloat32> all = random.uniforms(set * contextLength, contextLength, 0, 1);
    return tf.slice(
        all,
        tf.constant(new int[] {0, 0}),
        tf.concat(
            List.of(
                tf.constant(new int[] {-1}),
                tf.slice(tf.shape(ids), tf.constant(new int[] {1}), tf.constant(new int[] {1}))),
            tf.constant(0)));
  }
}
