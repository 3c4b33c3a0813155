package dev.lockstep.pretrained;

import dev.lockstep.config.Block;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Side;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.Tower;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.tensorflow.Variables;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The variables of a model, or of one tower, by building it into a graph that is thrown away. */
public final class TowerShapes {
  private static final int USUAL_IMAGE_SIZE = 224;

  private static final LayerMode MODE = LayerMode.evaluation(false);

  private TowerShapes() {}

  /**
   * A whole model's.
   *
   * @param imageSize pixels on a side
   * @param vocabularySize how many ids the tokenizer has
   * @return the shapes by the variables' names
   */
  public static Map<String, Shape> of(ModelSpec spec, int imageSize, int vocabularySize) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      new DualEncoder(tf, variables, spec, vocabularySize)
          .encodePixels(pixels(tf, imageSize), tokens(tf), MODE, MODE);
      return shapes(variables);
    }
  }

  /**
   * @param block what a checkpoint tells of its model: both towers, or one of them
   * @return the shapes by the variables' names; with both towers, the logit scale too
   */
  static Map<String, Shape> of(ModelBlock block) {
    // Where a checkpoint does not tell it, no variable depends on it.
    int imageSize = block.imageSize().orElse(USUAL_IMAGE_SIZE);
    int context = block.positions().orElse(0);
    Block model = Block.parse(block.inside());
    if (block.towers().size() == 2 && block.embedding().isPresent()) {
      return of(
          ModelSpec.from(model, imageSize, context), imageSize, block.vocabulary().orElseThrow());
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      Map<String, Shape> shapes = new LinkedHashMap<>();
      for (Side side : block.towers().keySet()) {
        Layers layers = new Layers(tf, variables, MODE, side.label());
        int features =
            side == Side.IMAGE
                ? build(
                    ModelSpec.imageTower(model.block("image"), imageSize).tower(),
                    layers,
                    pixels(tf, imageSize))
                : build(
                    ModelSpec.textTower(model.block("text"), context)
                        .tower(block.vocabulary().orElseThrow()),
                    layers,
                    tokens(tf));
        block
            .embedding()
            .ifPresent(
                size -> shapes.put(side.label() + "/projection/kernel", Shape.of(features, size)));
      }
      shapes.putAll(shapes(variables));
      return shapes;
    }
  }

  private static Map<String, Shape> shapes(Variables variables) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    variables.all().forEach(variable -> shapes.put(variable.name(), variable.shape()));
    return shapes;
  }

  private static <I> int build(Tower<I> tower, Layers layers, I input) {
    tower.features(layers, input);
    return tower.featureSize();
  }

  private static Operand<TFloat32> pixels(Ops tf, int size) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, size, size, 3)));
  }

  private static Tokens tokens(Ops tf) {
    Placeholder.Options shape = Placeholder.shape(Shape.of(-1, -1));
    return new Tokens(tf.placeholder(TInt32.class, shape), tf.placeholder(TInt32.class, shape));
  }
}
