package dev.lockstep.command;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.lockstep.data.Preparation;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.EmbeddedPairs;
import dev.lockstep.evaluate.Embeddings;
import dev.lockstep.evaluate.TrainedModel;
import dev.lockstep.experiment.StoredModel;
import dev.lockstep.pretrained.SafetensorsWriter;
import dev.lockstep.tensorflow.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tensorflow.ndarray.Shape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "embed",
    description = {
      "Embeds the pairs of a CSV.",
      "FILE.safetensors gets image_embeds and text_embeds, float32 [rows, dimension], each row of"
          + " length 1, in the order of the CSV's rows."
    },
    mixinStandardHelpOptions = true)
final class EmbedCommand implements Callable<Integer> {
  private static final String IMAGES = "image_embeds";
  private static final String TEXTS = "text_embeds";
  private static final int SHOWN = 20;

  @Mixin private ModelWithPairs given;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.safetensors",
      description = "Where the embeddings go.")
  private Path out;

  @Option(
      names = "--leave-out",
      description = "Leave out rows that cannot be used, which are an error otherwise.")
  private boolean leaveOut;

  @Override
  public Integer call() throws IOException {
    OutputFiles.check(out);
    StoredModel stored = given.open();
    Device device = Device.open(stored.device());
    Path temporary = Files.createTempDirectory(out.toAbsolutePath().getParent(), ".embed-");
    try {
      Preparation prepared = stored.prepare(given.pairs(), temporary, System.err::println);
      checkWhole(prepared);
      try (TrainedModel trained = stored.over(prepared.dataset(), device)) {
        write(trained.embed());
      }
    } finally {
      MoreFiles.deleteRecursively(temporary, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    return 0;
  }

  private void checkWhole(Preparation prepared) {
    if (prepared.dropped() == 0) {
      return;
    }
    StringBuilder rows = new StringBuilder();
    prepared.dataset().manifest().dropped().stream()
        .limit(SHOWN)
        .forEach(row -> rows.append("\n  line " + row.line() + ": " + row.detail()));
    if (prepared.dropped() > SHOWN) {
      rows.append("\n  and " + (prepared.dropped() - SHOWN) + " more");
    }
    if (!leaveOut) {
      throw new RunFailedException(
          given.pairs() + ": " + prepared.dropped() + " rows cannot be used:" + rows,
          "correct or remove them, or leave them out with --leave-out");
    }
    System.err.println("left out, so that what follows moves up:" + rows);
  }

  private void write(EmbeddedPairs embedded) {
    Map<String, Embeddings> tensors = Map.of(IMAGES, embedded.images(), TEXTS, embedded.texts());
    Shape shape = Shape.of(embedded.images().count(), embedded.images().dimension());
    SafetensorsWriter.write(
        out, Map.of(IMAGES, shape, TEXTS, shape), name -> tensors.get(name).values());
    System.out.printf("%s: %s %s and %s %s%n", out, IMAGES, shape, TEXTS, shape);
  }
}
