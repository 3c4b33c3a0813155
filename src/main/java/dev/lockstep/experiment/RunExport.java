package dev.lockstep.experiment;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.evaluate.EmbeddedBatch;
import dev.lockstep.export.ModelVersions;
import dev.lockstep.export.SavedModelExporter;
import dev.lockstep.export.StoredPrecision;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import dev.lockstep.train.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Exports a run's model as a SavedModel, and sees that it embeds as the run does. */
public final class RunExport {
  private final FinishedRun run;
  private final SavedModelExporter exporter;

  public RunExport(FinishedRun run, Device device) {
    this.run = run;
    this.exporter =
        new SavedModelExporter(
            run.experiment().model(),
            run.experiment().data().evaluation().preprocessor(),
            new WordPieceTokenizer(
                Vocabulary.read(run.folder().vocabulary()), run.experiment().tokenizer()),
            device.sessionConfig());
  }

  /**
   * What an export came to.
   *
   * @param folder of the version that was written
   * @param difference the largest of any value of an embedding from the trained model's
   */
  public record Exported(Path folder, double difference) {}

  /**
   * Writes the next version into a folder of versions.
   *
   * @throws dev.lockstep.error.LockstepException if it cannot be written, or embeds differently
   */
  public Exported version(Path checkpoint, Path models, StoredPrecision precision) {
    Path folder = ModelVersions.next(models);
    return export(checkpoint, folder, precision, exporter.probe(Checkpoints.variables(checkpoint)));
  }

  /** Writes the model that the run keeps itself. */
  Exported own(Path checkpoint, EmbeddedBatch expected) {
    return export(checkpoint, run.folder().model(), StoredPrecision.FLOAT32, expected);
  }

  private Exported export(
      Path checkpoint, Path folder, StoredPrecision precision, EmbeddedBatch expected) {
    JsonObject provenance = new JsonObject();
    provenance.addProperty("checkpoint", checkpoint.getFileName().toString());
    addFile(provenance, "result", run.folder().result());
    addFile(provenance, "run", run.folder().provenance());
    double difference =
        exporter.export(
            Checkpoints.variables(checkpoint),
            folder,
            precision,
            expected,
            run.experiment().name(),
            provenance);
    return new Exported(folder, difference);
  }

  /** A run that was stopped has no result yet, and its model can be exported all the same. */
  private static void addFile(JsonObject json, String key, Path file) {
    if (Files.isRegularFile(file)) {
      try {
        json.add(key, JsonText.object(Files.readString(file)));
      } catch (IOException | JsonParseException e) {
        json.addProperty(key, file.getFileName() + " cannot be read");
      }
    }
  }
}
