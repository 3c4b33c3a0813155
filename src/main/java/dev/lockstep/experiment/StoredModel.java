package dev.lockstep.experiment;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.lockstep.config.Block;
import dev.lockstep.config.ConfigFile;
import dev.lockstep.data.DataSpec;
import dev.lockstep.data.DatasetPreparer;
import dev.lockstep.data.Preparation;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.data.StoreSpec;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.EvaluateSpec;
import dev.lockstep.evaluate.TrainedModel;
import dev.lockstep.export.TransformersExporter;
import dev.lockstep.input.InputSpec;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.pretrained.ImportedModel;
import dev.lockstep.pretrained.ModelBlock;
import dev.lockstep.pretrained.PretrainedSpec;
import dev.lockstep.pretrained.PretrainedWeights;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.DeviceSpec;
import dev.lockstep.tensorflow.VariableSource;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import dev.lockstep.train.Checkpoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A model to use, wherever it is from: the folder of a run, of an import, or of a checkpoint in
 * another library's form. It is what a command takes as MODEL.
 *
 * @param name what the values are, for the user: a run's checkpoint, or the folder and its layout
 * @param spec the towers
 * @param block the block {@code model} of {@code spec}, with its defaults
 * @param images how images are brought to the image tower
 * @param tokenizer how texts are brought to the text tower
 * @param variables where the values are from
 * @param weights the file or folder that {@code variables} reads
 * @param prepared the folder in which prepared pairs are kept
 */
public record StoredModel(
    String name,
    ModelSpec spec,
    Config block,
    StoreSpec images,
    WordPieceTokenizer tokenizer,
    VariableSource variables,
    Path weights,
    Path prepared,
    DeviceSpec device,
    InputSpec input,
    EvaluateSpec evaluate) {

  /**
   * Opens a model; no value is read yet.
   *
   * @param choice which checkpoint of a run
   * @throws InvalidInputException if the folder is none of a model, or the model lacks a tower or
   *     its vocabulary
   */
  public static StoredModel open(Path path, FinishedRun.Choice choice) {
    if (Files.isRegularFile(path.resolve("experiment.conf"))) {
      return ofRun(FinishedRun.open(path), choice);
    }
    Path imported = path.resolve(ImportedModel.CONF);
    if (Files.isRegularFile(imported)) {
      return ofBlock(
          ConfigFile.read(imported, List.of()),
          path + ": " + ImportedModel.CONF,
          path.resolve(ImportedModel.WEIGHTS));
    }
    if (!Files.exists(path)) {
      throw new InvalidInputException(
          path.toString(),
          "there is no such folder",
          "give a run (runs/NAME), what 'lockstep import' has written, or a folder with weights and"
              + " config.json");
    }
    return ofCheckpoint(path);
  }

  private static StoredModel ofRun(FinishedRun run, FinishedRun.Choice choice) {
    Experiment experiment = run.experiment();
    Path checkpoint = run.checkpoint(choice);
    return new StoredModel(
        checkpoint.toString(),
        experiment.model(),
        ConfigFactory.parseString(experiment.resolved()).getConfig("model"),
        experiment.data().evaluation(),
        run.tokenizer(),
        VariableSource.checkpoint(Checkpoints.variables(checkpoint)),
        Checkpoints.variables(checkpoint),
        experiment.data().prepared(),
        experiment.device(),
        experiment.input(),
        experiment.evaluate());
  }

  private static StoredModel ofCheckpoint(Path path) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      ModelBlock block = ModelBlock.of(checkpoint);
      if (block.embedding().isEmpty() || block.towers().size() < 2) {
        throw new InvalidInputException(
            path.toString(),
            "it is of " + checkpoint.layout() + ", which is no model of images and texts",
            "give it to a tower of an experiment, as model.image.pretrained or"
                + " model.text.pretrained");
      }
      return ofBlock(Block.parse(block.file()), block.source(), path);
    }
  }

  /** A model that a block of {@code model}, {@code data} and {@code tokenizer} describes. */
  private static StoredModel ofBlock(Block block, String name, Path weights) {
    StoreSpec images = DataSpec.forUse(block.block("data"));
    TokenizerSpec texts = TokenizerSpec.from(block.block("tokenizer"));
    ModelSpec spec = ModelSpec.from(block.block("model"), images.size(), texts.contextLength());
    Path file =
        texts
            .vocabulary()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        name,
                        "there is no vocab.txt beside the weights, so texts cannot be read",
                        "put the model's vocab.txt there; a vocabulary of byte-pair encoding is not"
                            + " supported"));
    PretrainedSpec.from(block.block("model"));
    block.finish();
    int rows;
    try (Checkpoint checkpoint = Checkpoint.open(weights)) {
      rows = ModelBlock.of(checkpoint).vocabulary().orElseThrow();
    }
    return new StoredModel(
        name,
        spec,
        ConfigFactory.parseString(block.block("model").resolved()),
        images,
        new WordPieceTokenizer(Vocabulary.read(file).ofSize(rows), texts),
        PretrainedWeights.whole(weights),
        weights,
        Path.of("prepared").toAbsolutePath(),
        DeviceSpec.from(Block.parse("")),
        InputSpec.from(Block.parse("")),
        EvaluateSpec.from(Block.parse("")));
  }

  /**
   * Prepares a CSV as the model's own test pairs are prepared.
   *
   * @param folder where prepared data is kept, and found again
   */
  public Preparation prepare(Path csv, Path folder, Consumer<String> tell) {
    PreparationProgress progress = new PreparationProgress(tell);
    return progress.report(new DatasetPreparer(folder, images, tokenizer).prepare(csv, progress));
  }

  /** The model over prepared pairs, with its values. */
  public TrainedModel over(PreparedDataset pairs, Device device) {
    return new TrainedModel(
        spec, variables, pairs, images.size(), input, evaluate.batchSize(), device.sessionConfig());
  }

  /**
   * Writes the model for transformers.
   *
   * @throws InvalidInputException if transformers has no model of that form
   */
  public void exportForTransformers(Path folder) {
    new TransformersExporter(block, spec, images.preprocessor(), tokenizer).export(weights, folder);
  }
}
