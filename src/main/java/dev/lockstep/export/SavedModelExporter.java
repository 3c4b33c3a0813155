package dev.lockstep.export;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.gson.JsonObject;
import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.EmbeddedBatch;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variables;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * Writes a checkpoint as a SavedModel: a fresh inference graph without optimizer or input pipeline,
 * with the {@link ModelSignatures} over one set of variables.
 */
public final class SavedModelExporter {
  /** The tag that servers look for. */
  public static final String TAG = "serve";

  private final ModelSpec spec;
  private final ImagePreprocessor preprocessor;
  private final WordPieceTokenizer tokenizer;
  private final ConfigProto config;

  /**
   * @param preprocessor how images were brought to their size for the training
   */
  public SavedModelExporter(
      ModelSpec spec,
      ImagePreprocessor preprocessor,
      WordPieceTokenizer tokenizer,
      ConfigProto config) {
    this.spec = spec;
    this.preprocessor = preprocessor;
    this.tokenizer = tokenizer;
    this.config = config;
  }

  /**
   * Writes the SavedModel aside, loads it again, and gives it its name when its embeddings are
   * right, so that a server that watches for new versions never meets another; what stands there is
   * replaced.
   *
   * @param variables the files of a checkpoint, without their endings
   * @param expected a few pairs as the checkpoint's model embeds them
   * @param name the model's, for a server
   * @param provenance where it comes from, for who meets it elsewhere
   * @return the largest difference of any value from the expected embeddings
   * @throws RunFailedException if it cannot be written, or embeds differently
   */
  public double export(
      Path variables,
      Path folder,
      StoredPrecision precision,
      EmbeddedBatch expected,
      String name,
      JsonObject provenance) {
    Path unfinished = folder.resolveSibling("." + folder.getFileName() + ".unfinished");
    try {
      delete(unfinished);
      long parameters = write(variables, unfinished, precision);
      PortableGraph.finish(unfinished);
      Path assets = Files.createDirectories(unfinished.resolve("assets"));
      tokenizer.vocabulary().write(assets.resolve(ModelCard.VOCABULARY));
      ModelCard card =
          ModelCard.of(
              name, precision, spec, tokenizer.spec(), preprocessor, parameters, provenance);
      Files.writeString(assets.resolve(ModelCard.FILE), card.toJson());
      double difference = ExportCheck.compare(unfinished, expected, precision);
      delete(folder);
      Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
      return difference;
    } catch (IOException e) {
      throw new RunFailedException(
          folder + ": the SavedModel cannot be written: " + e.getMessage(),
          "see the folder's permissions and that the disk has room",
          e);
    }
  }

  /**
   * A few made-up texts and images as the checkpoint's model embeds them, to check an export
   * against where the run's data is not at hand.
   */
  public EmbeddedBatch probe(Path variables) {
    return new ProbeBatch(spec, preprocessor.size(), tokenizer, config).embed(variables);
  }

  /** Gives the number of learned values. */
  private long write(Path variables, Path folder, StoredPrecision precision) throws IOException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables made = Variables.storedAs(precision.type(), tf);
      DualEncoder model = new DualEncoder(tf, made, spec, tokenizer.vocabulary().size());
      List<Signature> signatures = new ModelSignatures(tf, model, preprocessor).all();
      CheckpointFile file = new CheckpointFile(tf, made.all());
      SavedModelSaver.add(tf, made.all());
      try (Session session = new Session(graph, config)) {
        file.restore(session, variables);
        SavedModelBundle.exporter(folder.toString())
            .withTags(TAG)
            .withSession(session)
            .withSignatures(signatures.toArray(Signature[]::new))
            .export();
      }
      return made.trainable().stream().mapToLong(Variable::size).sum();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
