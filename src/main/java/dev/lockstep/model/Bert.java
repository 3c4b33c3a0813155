package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.Activation;
import dev.lockstep.model.layer.AttentionMask;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.model.layer.TransformerEncoder;
import dev.lockstep.model.layer.TransformerEncoder.Norm;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** BERT (Devlin et al. 2019). Agrees with transformers' {@code BertModel}. */
final class Bert implements TokenTower<Tokens> {
  /** How the tokens become one vector. */
  enum Pooling {
    /** The class token's last hidden state, as Chinese-CLIP does. */
    CLASS,
    /** The mean over all tokens but padding. */
    MEAN,
    /** BERT's own: the class token through a dense layer and tanh. */
    POOLER
  }

  /**
   * @param positions the longest text, in tokens
   * @param segments how many the table has: the first sentence and the second; CLIP reads the first
   */
  record Spec(int positions, int segments, Pooling pooling, TransformerEncoder.Options encoder)
      implements ModelSpec.TextTowerSpec {

    static Spec from(Block block, int contextLength) {
      return new Spec(
          TextPositions.from(block, contextLength),
          block.integer("segments", 1, 1024, 2),
          block.choice("pooling", Pooling.class, Pooling.CLASS),
          EncoderOptions.from(block, Norm.AFTER, Activation.GELU, 1e-12, 0.1));
    }

    @Override
    public Tower<Tokens> tower(int vocabularySize) {
      return new Bert(this, vocabularySize);
    }
  }

  private final Spec spec;
  private final int vocabularySize;
  private final int hiddenSize;

  Bert(Spec spec, int vocabularySize) {
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
    return switch (spec.pooling()) {
      case CLASS -> classToken(layers, tokens);
      case MEAN -> Pooled.mean(tf, hiddenStates(layers, tokens), tokens.attentionMask());
      case POOLER ->
          tf.math.tanh(layers.dense("pooler", classToken(layers, tokens), hiddenSize, hiddenSize));
    };
  }

  @Override
  public Operand<TFloat32> hiddenStates(Layers layers, Tokens tokens) {
    return encoder().encode(layers.in("encoder"), embed(layers, tokens), mask(layers, tokens));
  }

  private Operand<TFloat32> classToken(Layers layers, Tokens tokens) {
    return encoder().encodeFirst(layers.in("encoder"), embed(layers, tokens), mask(layers, tokens));
  }

  private TransformerEncoder encoder() {
    return new TransformerEncoder(spec.encoder());
  }

  private static Operand<TFloat32> mask(Layers layers, Tokens tokens) {
    return AttentionMask.padding(layers.tf(), tokens.attentionMask());
  }

  private Operand<TFloat32> embed(Layers layers, Tokens tokens) {
    return embed(layers.in("embeddings"), tokens.inputIds());
  }

  /** [batch, tokens, hidden]: the sum of word, position and segment. */
  private Operand<TFloat32> embed(Layers layers, Operand<TInt32> inputIds) {
    Ops tf = layers.tf();
    Operand<TFloat32> words = layers.embedding("word", inputIds, vocabularySize, hiddenSize);
    Operand<TFloat32> positions =
        TextPositions.embedding(layers, inputIds, spec.positions(), hiddenSize);
    Operand<TFloat32> segment =
        tf.slice(
            layers.weight("segment", Shape.of(spec.segments(), hiddenSize)),
            tf.constant(new int[] {0, 0}),
            tf.constant(new int[] {1, hiddenSize}));
    Operand<TFloat32> sum = tf.math.add(tf.math.add(words, positions), segment);
    return layers.dropout(
        "dropout",
        layers.layerNorm("norm", sum, hiddenSize, spec.encoder().epsilon()),
        spec.encoder().dropout());
  }
}
