package dev.lockstep.evaluate;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.Batch;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Side;
import dev.lockstep.model.TokenTower;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.Tower;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.objective.ObjectiveSpec;
import dev.lockstep.objective.PairObjective;
import dev.lockstep.pretrained.ModelBlock;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * A checkpoint's model as a graph that gives what other libraries give, under their names for it.
 * Images are fed as they come from a preprocessor, [batch, height, width, 3].
 */
final class ReferenceModel {
  private static final LayerMode MODE = LayerMode.evaluation(false);
  private static final String LOSS = "loss";
  private static final String LAST_HIDDEN_STATE = "last_hidden_state";
  private static final String POOLER_OUTPUT = "pooler_output";
  private static final String EMBEDS = "_embeds";

  private final Ops tf;
  private final ModelBlock block;
  private final ReferenceInputs inputs;
  private final Variables variables;
  private final Placeholder<TFloat32> pixels;
  private final Tokens tokens;
  private final Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
  private final Map<Variable, Output<?>> gradients = new LinkedHashMap<>();
  private final Map<Variable, Placeholder<TFloat32>> values = new LinkedHashMap<>();
  private final Op assign;

  /**
   * @param heads what stands over a tower that is alone
   */
  ReferenceModel(
      Graph graph, ModelBlock block, Function<Side, TowerHead> heads, ReferenceInputs inputs) {
    this.tf = Ops.create(graph);
    this.block = block;
    this.inputs = inputs;
    this.variables = new Variables(tf, 0);
    this.pixels = tf.placeholder(TFloat32.class, Placeholder.shape(inputs.pixelShape()));
    Placeholder.Options ids = Placeholder.shape(inputs.tokenShape());
    this.tokens = new Tokens(tf.placeholder(TInt32.class, ids), tf.placeholder(TInt32.class, ids));
    Block model = Block.parse(block.inside());
    if (block.towers().size() == 2 && block.embedding().isPresent()) {
      addBoth(graph, ModelSpec.from(model, inputs.imageSize(), inputs.tokens()));
    } else {
      block.towers().keySet().forEach(side -> addAlone(side, model, heads.apply(side)));
    }
    List<Op> assignments = new ArrayList<>();
    for (Variable variable : variables.all()) {
      Placeholder<TFloat32> value =
          tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
      values.put(variable, value);
      assignments.add(tf.assignVariableOp(variable.handle(), value));
    }
    assign = tf.withControlDependencies(assignments).withName("assign").noOp();
  }

  Operand<TFloat32> pixels() {
    return pixels;
  }

  Tokens tokens() {
    return tokens;
  }

  /** What each variable's values are fed to, for {@link #assign}. */
  Map<Variable, Placeholder<TFloat32>> values() {
    return values;
  }

  /** The name of the operation that gives all variables their values. */
  String assign() {
    return assign.op().name();
  }

  /** By the names that the libraries give them. */
  Map<String, Operand<TFloat32>> outputs() {
    return outputs;
  }

  /** Of the loss; none for a tower alone. */
  Map<Variable, Output<?>> gradients() {
    return gradients;
  }

  private void addBoth(Graph graph, ModelSpec spec) {
    require(Side.IMAGE);
    require(Side.TEXT);
    Encoded encoded =
        new DualEncoder(tf, variables, spec, block.vocabulary().orElseThrow())
            .encodePixels(pixels, tokens, MODE, MODE);
    Operand<TFloat32> logits =
        tf.math.mul(
            tf.linalg.matMul(
                encoded.imageEmbedding(), encoded.textEmbedding(), MatMul.transposeB(true)),
            encoded.logitScale());
    outputs.put(Side.IMAGE.label() + EMBEDS, encoded.imageEmbedding());
    outputs.put(Side.TEXT.label() + EMBEDS, encoded.textEmbedding());
    outputs.put("logits_per_image", logits);
    outputs.put("logits_per_text", tf.linalg.transpose(logits, tf.constant(new int[] {1, 0})));
    addHiddenStates(Side.IMAGE, spec.image().tower(), pixels, "image_" + LAST_HIDDEN_STATE);
    addHiddenStates(
        Side.TEXT,
        spec.text().tower(block.vocabulary().orElseThrow()),
        tokens,
        "text_" + LAST_HIDDEN_STATE);
    Operand<TFloat32> loss = loss(encoded);
    outputs.put(LOSS, loss);
    List<Variable> learned = variables.trainable();
    Output<?>[] all =
        graph.addGradients(
            "gradients",
            new Output<?>[] {loss.asOutput()},
            learned.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new),
            null);
    for (int i = 0; i < all.length; i++) {
      gradients.put(learned.get(i), all[i]);
    }
  }

  private Operand<TFloat32> loss(Encoded encoded) {
    Operand<TInt64> rows = tf.range(tf.constant(0L), tf.constant(inputs.count()), tf.constant(1L));
    PairObjective infoNce = (PairObjective) ObjectiveSpec.from(Block.parse("")).objective();
    return infoNce.loss(tf, encoded, new Batch(null, null, null, rows, rows, rows)).value();
  }

  private void addAlone(Side side, Block model, TowerHead head) {
    require(side);
    if (side == Side.IMAGE) {
      addAlone(
          side,
          ModelSpec.imageTower(model.block("image"), inputs.imageSize()).tower(),
          pixels,
          head);
    } else {
      addAlone(
          side,
          ModelSpec.textTower(model.block("text"), inputs.tokens())
              .tower(block.vocabulary().orElseThrow()),
          tokens,
          head);
    }
  }

  private <I> void addAlone(Side side, Tower<I> tower, I input, TowerHead head) {
    addHiddenStates(side, tower, input, LAST_HIDDEN_STATE);
    Layers layers = layers(side);
    int width = tower.featureSize();
    Operand<TFloat32> features = tower.features(layers, input);
    switch (head.pooler()) {
      case FEATURES -> outputs.put(POOLER_OUTPUT, features);
      case DENSE ->
          outputs.put(
              POOLER_OUTPUT,
              tf.math.tanh(layers.dense("pooler", features, width, head.poolerWidth())));
      case UNKNOWN -> {}
    }
    if (head.isProjected()) {
      // transformers' towers with a projection do not bring it to length 1.
      outputs.put(
          side.label() + EMBEDS,
          layers.denseWithoutBias("projection", features, width, block.embedding().orElseThrow()));
    }
  }

  private <I> void addHiddenStates(Side side, Tower<I> tower, I input, String name) {
    if (tower instanceof TokenTower<I> withTokens) {
      outputs.put(name, withTokens.hiddenStates(layers(side), input));
    }
  }

  private Layers layers(Side side) {
    return new Layers(tf, variables, MODE, side.label());
  }

  private void require(Side side) {
    if (!inputs.has(side)) {
      throw new InvalidInputException(
          inputs.path().toString(),
          "there is no " + (side == Side.IMAGE ? "pixel_values" : "input_ids") + " in it",
          "write what the model read into it: pixel_values [batch, 3, height, width], input_ids"
              + " [batch, tokens]");
    }
  }
}
