package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lockstep.command.LockstepProcess.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/** The quickstart in its short form, from the command line to the exported model. */
class QuickstartTest {
  private static final Path EXPERIMENT = Path.of("experiments/quickstart.conf");

  @TempDir private static Path folder;
  private static Path run;
  private static Ended ended;

  @BeforeAll
  static void runIt() {
    run = folder.resolve("runs/quickstart-smoke");
    ended = smoke();
  }

  private static Ended smoke() {
    return LockstepProcess.run(
        "run",
        EXPERIMENT,
        "--smoke",
        "--runs",
        folder.resolve("runs"),
        "data.prepared=" + folder.resolve("prepared"));
  }

  @Test
  void endsWellAndTellsTheScores() {
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .anyMatch(line -> line.matches("text to image( +[\\d.]+%){3} +[\\d.]+ +[\\d.]+"))
        .contains("518 pairs: 518 captions, 515 images")
        .contains("report: " + run.resolve("report.html"))
        .contains("model:  " + run.resolve("model"));
    assertThat(ended.err())
        .contains("(6,273 pairs of 6,273 rows")
        .contains("the exported model agrees with the trained one");
  }

  @Test
  void leavesARunFolderThatIsWhole() throws IOException {
    assertThat(
            Stream.of(
                "experiment.conf",
                "provenance.json",
                "metrics.jsonl",
                "log.txt",
                "vocab.txt",
                "result.json",
                "report.html",
                "checkpoints/best",
                "checkpoints/step-000020/state.json",
                "checkpoints/step-000020/variables.index",
                "model/saved_model.pb",
                "model/variables/variables.index",
                "model/assets/vocab.txt"))
        .allSatisfy(file -> assertThat(run.resolve(file)).isNotEmptyFile());
    try (Stream<Path> events = Files.list(run.resolve("tensorboard"))) {
      assertThat(events).anyMatch(file -> file.getFileName().toString().contains("tfevents"));
    }
    try (Stream<Path> all = Files.walk(run)) {
      assertThat(all).noneMatch(file -> file.toString().endsWith(".unfinished"));
    }
  }

  @Test
  void recordsEachStepAndTheScores() throws IOException {
    List<JsonObject> events =
        Files.readAllLines(run.resolve("metrics.jsonl")).stream()
            .map(line -> JsonParser.parseString(line).getAsJsonObject())
            .toList();
    List<JsonObject> steps = events.stream().filter(event -> is(event, "step")).toList();

    assertThat(steps).hasSize(20);
    assertThat(steps.get(19).get("loss").getAsDouble())
        .as("20 steps are enough to begin to learn")
        .isLessThan(steps.get(0).get("loss").getAsDouble());
    assertThat(events).filteredOn(event -> is(event, "evaluation")).hasSize(1);
  }

  @Test
  void reportNeedsNoOtherFile() throws IOException {
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("quickstart")
        .contains("data:image/png;base64,")
        .doesNotContain("src=\"http")
        .doesNotContain("<link");
  }

  @Test
  void saysThatItIsFinishedWhenRunAgain() {
    Ended again = smoke();

    assertThat(again.status()).isZero();
    assertThat(again.err()).contains(run + " is finished; --fresh starts over");
    assertThat(again.out()).isEqualTo(ended.out());
  }

  @Test
  void evaluatesItOnItsTestPairsAsTheRunDid() throws IOException {
    Path json = folder.resolve("scores.json");
    Ended evaluated =
        LockstepProcess.run("evaluate", run, "--pairs", "data/emoji/test.csv", "--json", json);

    assertThat(evaluated.status()).as(evaluated.err()).isZero();
    JsonObject scores = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    assertThat(scores.keySet())
        .containsExactly("pairs", "images", "texts", "textToImage", "imageToText");
    assertThat(scores.get("pairs").getAsInt()).isEqualTo(518);
    for (String direction : List.of("textToImage", "imageToText")) {
      JsonObject one = scores.getAsJsonObject(direction);
      assertThat(one.keySet())
          .containsExactly("recallAt1", "recallAt5", "recallAt10", "meanRank", "medianRank");
      assertThat(one.get("recallAt1").getAsDouble()).isBetween(0.0, 1.0);
    }
    assertThat(scores)
        .isEqualTo(
            JsonParser.parseString(Files.readString(run.resolve("result.json")))
                .getAsJsonObject()
                .getAsJsonObject("scores"));
  }

  @Test
  void exportedModelTakesTextPixelsAndImageFiles() throws IOException {
    try (SavedModelBundle model = SavedModelBundle.load(run.resolve("model").toString(), "serve");
        TInt32 ids = TInt32.tensorOf(StdArrays.ndCopyOf(new int[][] {{2, 7, 8, 3}}));
        TInt32 mask = TInt32.tensorOf(StdArrays.ndCopyOf(new int[][] {{1, 1, 1, 1}}));
        TString image =
            TString.tensorOfBytes(
                NdArrays.vectorOfObjects(
                    Files.readAllBytes(Path.of("data/emoji/images/noto/1f600.png"))));
        Result text =
            model.function("encode_text").call(Map.of("input_ids", ids, "attention_mask", mask));
        Result picture = model.function("encode_image").call(Map.of("image_bytes", image))) {
      assertThat(length((TFloat32) text.get("text_embedding").orElseThrow()))
          .isEqualTo(1, within(1e-5));
      assertThat(length((TFloat32) picture.get("image_embedding").orElseThrow()))
          .isEqualTo(1, within(1e-5));
      assertThat(model.function("encode_pixels").signature().inputNames())
          .containsExactly("pixels");
    }
  }

  private static double length(TFloat32 embedding) {
    assertThat(embedding.shape()).isEqualTo(Shape.of(1, 128));
    double squares = 0;
    for (int i = 0; i < 128; i++) {
      squares += Math.pow(embedding.getFloat(0, i), 2);
    }
    return Math.sqrt(squares);
  }

  private static boolean is(JsonObject event, String kind) {
    return event.get("event").getAsString().equals(kind);
  }
}
