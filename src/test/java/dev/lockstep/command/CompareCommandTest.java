package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two experiments of a few steps, run and compared as from a terminal. */
class CompareCommandTest {
  @TempDir static Path folder;

  private static Path joint;
  private static Path frozen;
  private static Invocation first;

  @BeforeAll
  static void runBoth() throws IOException {
    List<String> rows = new ArrayList<>(List.of("text,image_path"));
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
      int[] colour = new int[256];
      Arrays.fill(colour, 0x102030 * i);
      image.setRGB(0, 0, 16, 16, colour, 0, 16);
      ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
      rows.add("第" + (char) ('一' + i) + "种颜色," + i + ".png");
    }
    Files.write(folder.resolve("pairs.csv"), rows);
    joint = experiment("joint", "{ strategy = joint, steps = 3, batch-size = 4, %s }");
    frozen =
        experiment(
            "frozen",
            "{ strategy = freeze-image, steps = 2, batch-size = 4, %1$s },"
                + " { strategy = joint, steps = 1, batch-size = 4, %1$s }");
    first = compare(joint, frozen);
  }

  @Test
  void whatIsMissingIsRunAndCompared() throws IOException {
    assertThat(first.exitStatus()).as(first.err()).isZero();
    assertThat(first.err())
        .contains("run 1 of 2: joint", "run 2 of 2: frozen", "step 3: checkpoint");
    assertThat(first.out())
        .contains("text to image", "in all", "joint", "frozen", "page: ")
        .doesNotContain("checkpoint");
    assertThat(folder.resolve("page.html")).content().contains("<h1>joint, frozen</h1>");
    assertThat(Files.readAllLines(folder.resolve("page.csv"))).hasSize(3);
  }

  @Test
  void freezingATowerSavesOperations() throws IOException {
    JsonArray experiments = json().getAsJsonArray("experiments");

    double ofJoint = operations(experiments, 0);
    double ofFrozen = operations(experiments, 1);
    assertThat(ofFrozen).isPositive().isLessThan(ofJoint);
  }

  @Test
  void onlyWhatTheFilesSayDifferentlyDiffers() throws IOException {
    assertThat(json().getAsJsonArray("configuration").asList())
        .extracting(row -> row.getAsJsonObject().get("key").getAsString())
        .allMatch(key -> key.matches("stages\\.\\d\\.(name|strategy|strategy\\.type|steps)"));
  }

  @Test
  void whatIsFinishedIsNotRunAgain() {
    Invocation again = compare(joint, folder.resolve("runs/frozen"));

    assertThat(again.exitStatus()).as(again.err()).isZero();
    assertThat(again.err()).contains("joint is finished").doesNotContain("step 1");
    assertThat(again.out()).isEqualTo(first.out());
  }

  @Test
  void whatCannotBeComparedIsRefusedBeforeAnythingRuns() throws IOException {
    assertRefused(compare(joint), "there is one run");
    assertRefused(compare(joint, joint), "another one has the run folder");
    assertRefused(compare(joint, folder.resolve("none.conf")), "none.conf");
    assertRefused(compare(joint, folder.resolve("runs")), "is not the folder of a run");
    assertRefused(compare(joint, frozen, "seed=x"), "seed");
    Path half = Files.createDirectory(folder.resolve("half"));
    Files.copy(folder.resolve("runs/joint/experiment.conf"), half.resolve("experiment.conf"));
    assertRefused(compare(joint, half), "there is no step of a training in it");
    assertRefused(
        Invocation.of("compare", joint, frozen, "--out", folder.resolve("no/page.html")),
        "name a file in a folder that exists");
    assertRefused(compare(joint, frozen, "--target", "40"), "this is no recall");
  }

  private static void assertRefused(Invocation invocation, String found) {
    assertThat(invocation.exitStatus()).isEqualTo(2);
    assertThat(invocation.err()).contains(found);
  }

  private static Invocation compare(Object... sources) {
    List<Object> words = new ArrayList<>(List.of("compare"));
    words.addAll(List.of(sources));
    words.addAll(List.of("--out", folder.resolve("page.html"), "--runs", folder.resolve("runs")));
    words.addAll(List.of("--csv", folder.resolve("page.csv")));
    words.addAll(List.of("--json", folder.resolve("page.json")));
    return Invocation.of(words.toArray());
  }

  private static JsonObject json() throws IOException {
    String text = Files.readString(folder.resolve("page.json"));
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static double operations(JsonArray experiments, int index) {
    JsonObject mean = experiments.get(index).getAsJsonObject().getAsJsonObject("mean");
    return mean.get("operations").getAsDouble();
  }

  private static Path experiment(String name, String stages) throws IOException {
    Path file = folder.resolve(name + ".conf");
    Files.writeString(
        file,
        """
        name = %s
        precision = float32
        data { train = pairs.csv, test = pairs.csv, image-size = 16, prepared = prepared }
        tokenizer { context-length = 8 }
        model {
          image { type = resnet, stem = small, stem-width = 4, depths = [1] }
          text { type = bert, layers = 1, hidden = 8, heads = 1 }
          embedding = 8
        }
        stages = [%s]
        """
            .formatted(name, stages.formatted("optimizer.learning-rate = 1e-3")));
    return file;
  }
}
