package dev.lockstep.export;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.typesafe.config.Config;
import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Side;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.pretrained.CheckpointImporter;
import dev.lockstep.pretrained.ImportPlan;
import dev.lockstep.pretrained.SafetensorsWriter;
import dev.lockstep.pretrained.TowerShapes;
import dev.lockstep.pretrained.layout.LayoutTensors;
import dev.lockstep.pretrained.layout.Layouts;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;

/**
 * Writes a model as a folder that transformers' {@code ChineseCLIPModel.from_pretrained} and {@code
 * ChineseCLIPProcessor.from_pretrained} load as it is. The values are only moved, so importing it
 * again gives the same, bit for bit.
 */
public final class TransformersExporter {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final TransformersConfig config;
  private final ModelSpec spec;
  private final ImagePreprocessor preprocessor;
  private final WordPieceTokenizer tokenizer;

  /**
   * @param model the block {@code model} that {@code spec} was read from, with its defaults
   * @throws InvalidInputException if transformers has no model of that form
   */
  public TransformersExporter(
      Config model, ModelSpec spec, ImagePreprocessor preprocessor, WordPieceTokenizer tokenizer) {
    this.config = new TransformersConfig(model);
    this.spec = spec;
    this.preprocessor = preprocessor;
    this.tokenizer = tokenizer;
  }

  /**
   * Writes the folder, {@code config.json} last. Memory holds one variable at a time.
   *
   * @param weights a run's checkpoint without its endings, or any other file of weights
   * @throws RunFailedException if the folder cannot be written
   */
  public void export(Path weights, Path folder) {
    Map<String, Shape> shapes =
        TowerShapes.of(spec, preprocessor.size(), tokenizer.vocabulary().size());
    try (Checkpoint checkpoint = Checkpoint.open(weights)) {
      ImportPlan plan =
          CheckpointImporter.plan(checkpoint, shapes, Set.of(Side.IMAGE, Side.TEXT), List.of());
      LayoutTensors tensors =
          new LayoutTensors(Layouts.TRANSFORMERS_CHINESE_CLIP, shapes, plan::value);
      if (!tensors.unknown().isEmpty()) {
        throw new IllegalStateException("no names for " + tensors.unknown());
      }
      Files.createDirectories(folder);
      SafetensorsWriter.write(
          folder.resolve("model.safetensors"), tensors.shapes(), tensors::value);
      tokenizer.vocabulary().write(folder.resolve("vocab.txt"));
      write(folder, "tokenizer_config.json", TransformersConfig.tokenizer(tokenizer.spec()));
      write(folder, "preprocessor_config.json", config.preprocessor(preprocessor));
      write(folder, "config.json", config.config(tokenizer.vocabulary(), preprocessor.size()));
    } catch (IOException e) {
      throw new RunFailedException(
          folder + ": it cannot be written: " + e.getMessage(),
          "see the folder's permissions and that the disk has room",
          e);
    }
  }

  private static void write(Path folder, String name, JsonObject json) throws IOException {
    Files.writeString(folder.resolve(name), GSON.toJson(json) + "\n");
  }
}
