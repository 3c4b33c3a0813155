package dev.lockstep.pretrained;

import com.google.common.collect.Maps;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.model.Side;
import dev.lockstep.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.ndarray.Shape;

/**
 * A published model in Lockstep's own form: a folder with {@code model.conf}, which an experiment
 * may include, {@code model.safetensors} with Lockstep's names and forms, and {@code vocab.txt}.
 */
public final class ImportedModel {
  public static final String CONF = "model.conf";
  public static final String WEIGHTS = "model.safetensors";
  public static final String VOCABULARY = "vocab.txt";

  private ImportedModel() {}

  /**
   * Writes the folder; {@code model.conf} comes last, so that with it the import is whole. Memory
   * holds one variable at a time.
   *
   * @param allowMissing see {@link CheckpointImporter#plan}
   * @throws dev.lockstep.error.InvalidInputException if the checkpoint cannot be used; nothing is
   *     written then
   * @throws RunFailedException if the folder cannot be written
   */
  public static ImportTable write(Checkpoint checkpoint, List<String> allowMissing, Path folder) {
    if (checkpoint.fileBeside(CONF).isPresent()) {
      throw new InvalidInputException(
          checkpoint.path().toString(),
          "it is in Lockstep's own form already",
          "use it as it is: as a MODEL, or as model.pretrained");
    }
    ModelBlock block = ModelBlock.of(checkpoint);
    Set<Side> sides = block.towers().keySet();
    ImportPlan plan =
        CheckpointImporter.plan(checkpoint, TowerShapes.of(block), sides, allowMissing);
    Map<String, Shape> shapes = Maps.toMap(plan.variables(), plan::shape);
    try {
      Files.createDirectories(folder);
      SafetensorsWriter.write(folder.resolve(WEIGHTS), shapes, plan::value);
      Optional<Path> vocabulary = block.input().vocabulary();
      if (vocabulary.isPresent()) {
        Vocabulary.read(vocabulary.get()).write(folder.resolve(VOCABULARY));
      }
      Files.writeString(folder.resolve(CONF), conf(block));
    } catch (IOException e) {
      throw new RunFailedException(
          folder + ": it cannot be written: " + e.getMessage(),
          "see the folder's permissions and that the disk has room",
          e);
    }
    return plan.table();
  }

  /** The paths in it count from its own folder. */
  private static String conf(ModelBlock block) {
    String pretrained =
        block.towers().size() == 2
            ? "model.pretrained"
            : "model." + block.towers().keySet().iterator().next().label() + ".pretrained";
    return block.withVocabulary(block.input().vocabulary().map(file -> Path.of(VOCABULARY))).file()
        + pretrained
        + " = "
        + WEIGHTS
        + "\n";
  }
}
