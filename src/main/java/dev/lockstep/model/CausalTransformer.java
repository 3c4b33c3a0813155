package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.Activation;
import dev.lockstep.model.layer.AttentionMask;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.model.layer.TransformerEncoder;
import dev.lockstep.model.layer.TransformerEncoder.Norm;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The text tower of CLIP (Radford et al. 2021, section 2.4): a transformer in which a token sees
 * only those before it, so that the last one stands for the text. Agrees with transformers' {@code
 * CLIPTextModel}.
 */
final class CausalTransformer implements TokenTower<Tokens> {

  /** Which token stands for the text. */
  enum Pooling {
    /** The last that is not padding. */
    LAST,
    /** The first that has the highest id of the text, as OpenAI's CLIP. */
    HIGHEST_ID,
    /** The first that has the id {@code end-of-text}, as transformers' CLIP. */
    END_OF_TEXT
  }

  /**
   * @param positions the longest text, in tokens
   * @param endOfText an id; only with that pooling
   */
  record Spec(int positions, Pooling pooling, int endOfText, TransformerEncoder.Options encoder)
      implements ModelSpec.TextTowerSpec {

    static Spec from(Block block, int contextLength) {
      Pooling pooling = block.choice("pooling", Pooling.class, Pooling.LAST);
      return new Spec(
          TextPositions.from(block, contextLength),
          pooling,
          pooling == Pooling.END_OF_TEXT ? block.integer("end-of-text", 0, 1 << 24) : -1,
          EncoderOptions.from(block, Norm.BEFORE, Activation.QUICK_GELU, 1e-5, 0));
    }

    @Override
    public Tower<Tokens> tower(int vocabularySize) {
      return new CausalTransformer(this, vocabularySize);
    }
  }

  private final Spec spec;
  private final int vocabularySize;
  private final int hiddenSize;

  CausalTransformer(Spec spec, int vocabularySize) {
    this.spec = spec;
    this.vocabularySize = vocabularySize;
    this.hiddenSize = spec.encoder().hiddenSize();
  }

  @Override
  public int featureSize() {
    return hiddenSize;
  }

  @Override
  public Operand<TFloat32> features(Layers layers, Tokens tokens) {
    Ops tf = layers.tf();
    return norm(layers, Pooled.at(tf, encode(layers, tokens), endOfText(tf, tokens)));
  }

  @Override
  public Operand<TFloat32> hiddenStates(Layers layers, Tokens tokens) {
    return norm(layers, encode(layers, tokens));
  }

  private Operand<TFloat32> encode(Layers layers, Tokens tokens) {
    Ops tf = layers.tf();
    Layers embeddings = layers.in("embeddings");
    Operand<TFloat32> words =
        embeddings.embedding("word", tokens.inputIds(), vocabularySize, hiddenSize);
    Operand<TFloat32> positions =
        TextPositions.embedding(embeddings, tokens.inputIds(), spec.positions(), hiddenSize);
    return new TransformerEncoder(spec.encoder())
        .encode(
            layers.in("encoder"),
            tf.math.add(words, positions),
            AttentionMask.causal(tf, tokens.attentionMask()));
  }

  /** [batch], the place of the token that stands for the text. */
  private Operand<TInt32> endOfText(Ops tf, Tokens tokens) {
    Operand<TInt32> ids = tokens.inputIds();
    return switch (spec.pooling()) {
      case LAST -> tf.math.sub(tf.sum(tokens.attentionMask(), tf.constant(1)), tf.constant(1));
      case HIGHEST_ID -> tf.math.argMax(ids, tf.constant(1), TInt32.class);
      case END_OF_TEXT ->
          tf.math.argMax(
              tf.dtypes.cast(tf.math.equal(ids, tf.constant(spec.endOfText())), TInt32.class),
              tf.constant(1),
              TInt32.class);
    };
  }

  private Operand<TFloat32> norm(Layers layers, Operand<TFloat32> hidden) {
    return layers.layerNorm("final-norm", hidden, hiddenSize, spec.encoder().epsilon());
  }
}
