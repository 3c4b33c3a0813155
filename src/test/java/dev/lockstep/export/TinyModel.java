package dev.lockstep.export;

import com.google.gson.JsonObject;
import dev.lockstep.config.Block;
import dev.lockstep.data.Background;
import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.data.Resize;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.tensorflow.Variables;
import dev.lockstep.text.CharacterClasses;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** A small model with the weights that it begins a training with. */
public final class TinyModel {
  /** Width and height of the images that it reads. */
  public static final int SIDE = 16;

  private static final TokenizerSpec TOKENIZER =
      new TokenizerSpec(Optional.empty(), 1000, 12, true, 200, false, CharacterClasses.GOOGLE);

  private final ModelSpec spec =
      ModelSpec.from(
          Block.parse(
              """
              image { type = vit, patch = 8, layers = 1, hidden = 32, heads = 2 }
              text { type = bert, layers = 1, hidden = 32, heads = 2 }
              embedding = 8
              """),
          SIDE,
          TOKENIZER.contextLength());
  private final WordPieceTokenizer tokenizer =
      new WordPieceTokenizer(
          Vocabulary.fromCaptions(List.of("红色的汽车", "蓝天 白云", "一只猫"), TOKENIZER), TOKENIZER);
  private final ImagePreprocessor preprocessor =
      new ImagePreprocessor(SIDE, Resize.SQUASH, Optional.of(Background.WHITE));
  private final Path checkpoint;
  private final SavedModelExporter exporter =
      new SavedModelExporter(spec, preprocessor, tokenizer, ConfigProto.getDefaultInstance());

  /**
   * @param folder where its checkpoint goes
   */
  public TinyModel(Path folder, long seed) {
    checkpoint = folder.resolve("variables");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, seed);
      DualEncoder model = new DualEncoder(tf, variables, spec, tokenizer.vocabulary().size());
      Placeholder<TInt32> ids = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1, -1)));
      Placeholder<TUint8> images =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, SIDE, SIDE, 3)));
      LayerMode mode = LayerMode.evaluation(false);
      model.encode(images, new Tokens(ids, ids), mode, mode);
      CheckpointFile file = new CheckpointFile(tf, variables.all());
      var initializer = variables.initializer();
      try (Session session = new Session(graph)) {
        session.runner().addTarget(initializer).run().close();
        file.save(session, checkpoint);
      }
    }
  }

  public WordPieceTokenizer tokenizer() {
    return tokenizer;
  }

  ImagePreprocessor preprocessor() {
    return preprocessor;
  }

  Path checkpoint() {
    return checkpoint;
  }

  SavedModelExporter exporter() {
    return exporter;
  }

  /** Exports it; gives the largest difference of an embedding. */
  public double export(Path folder, StoredPrecision precision) {
    JsonObject provenance = new JsonObject();
    provenance.addProperty("checkpoint", "step-000001");
    return exporter.export(
        checkpoint, folder, precision, exporter.probe(checkpoint), "tiny", provenance);
  }
}
