package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.RetrievalRanks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
  private static final String JOINT =
      "stages = [{ name = both, strategy = joint, epochs = 2, clip = 1 }]";
  private static final String FROZEN =
      """
      stages = [
        { name = fit, strategy = freeze-image, epochs = 1, clip = 1 }
        { name = both, strategy = joint, epochs = 1, clip = 1 }
      ]
      """;

  @TempDir private Path folder;

  @Test
  void theTableHoldsScoresAndCosts() throws IOException {
    String table = comparison(run("joint", JOINT, 7, 40), run("frozen", FROZEN, 7, 20)).toTable();

    assertThat(table)
        .containsPattern("text to image +image to text +R@1 at the end")
        .as("best, then at the end: half of the best")
        .containsPattern("joint +40\\.0% +87\\.5% +25\\.0% +75\\.0% +20\\.0% +25\\.0%")
        .containsPattern("frozen +20\\.0% +87\\.5% +25\\.0% +75\\.0% +10\\.0% +25\\.0%")
        .as("20% is what both reached, after the first of two steps of 32 pairs")
        .containsPattern("in all +to R@1 20\\.0%")
        .as("2 steps x 32 pairs x 1000 operations")
        .containsPattern("joint +2 +64 +0\\.5 s +64\\.0 k +2\\.0 GB +1 +32 +0\\.3 s +32\\.0 k");
  }

  @Test
  void aRealDifferenceIsToldFromChance() throws IOException {
    Comparison comparison =
        comparison(run("a", JOINT, 7, 40), run("b", FROZEN, 7, 10), run("c", differ(), 7, 41));

    assertThat(comparison.toTable())
        .contains("c against a: +1.0 points", "within what chance explains")
        .contains("c against b: +31.0 points", "a real difference");
    assertThat(comparison.difference(1, 0).orElseThrow().difference())
        .isCloseTo(-0.3, within(1e-9));
    assertThat(comparison.toHtml())
        .contains("<b>R@1 41.0%</b>, text to image.")
        .contains("It is really above <span class=\"run run-2\">b</span>.")
        .contains("From <span class=\"run run-1\">a</span> it differs by no more than chance")
        .contains("<b>+31.0</b>", "<span>+1.0</span>");
  }

  @Test
  void runsThatDifferInTheSeedAreOneExperiment() throws IOException {
    Comparison comparison =
        comparison(
            run("joint-seed-7", JOINT, 7, 40),
            run("joint-seed-8", JOINT, 8, 44),
            run("frozen", FROZEN, 7, 10));

    assertThat(comparison.contenders())
        .extracting(Contender::name)
        .containsExactly("joint", "frozen");
    assertThat(comparison.toTable()).as("a deviation of 4 / sqrt(2)").contains("42.0 ± 2.8%");
    assertThat(comparison.toHtml())
        .contains("42.0 ± 2.8%", "seed 8", "and with them the seeds,")
        .contains("joint, seed 8");
    JsonObject json = JsonParser.parseString(comparison.toJson()).getAsJsonObject();
    JsonObject joint = json.getAsJsonArray("experiments").get(0).getAsJsonObject();
    assertThat(joint.getAsJsonArray("runs")).hasSize(2);
    assertThat(joint.getAsJsonObject("mean").get("bestTextToImageRecallAt1").getAsDouble())
        .isCloseTo(0.42, within(1e-6));
    assertThat(joint.getAsJsonObject("deviation").get("bestTextToImageRecallAt1").getAsDouble())
        .isCloseTo(0.028284, within(1e-6));
  }

  @Test
  void whatDiffersBetweenTheFilesIsShownAndNothingElse() throws IOException {
    Comparison comparison = comparison(run("joint", JOINT, 7, 40), run("frozen", FROZEN, 8, 10));

    assertThat(comparison.configuration().rows())
        .containsExactly(
            new ConfigDifferences.Row(
                "stages.0.epochs", List.of(Optional.of("2"), Optional.of("1"))),
            new ConfigDifferences.Row(
                "stages.0.name", List.of(Optional.of("\"both\""), Optional.of("\"fit\""))),
            new ConfigDifferences.Row(
                "stages.0.strategy",
                List.of(Optional.of("\"joint\""), Optional.of("\"freeze-image\""))),
            new ConfigDifferences.Row(
                "stages.1.epochs", List.of(Optional.empty(), Optional.of("1"))),
            new ConfigDifferences.Row(
                "stages.1.name", List.of(Optional.empty(), Optional.of("\"both\""))),
            new ConfigDifferences.Row(
                "stages.1.strategy", List.of(Optional.empty(), Optional.of("\"joint\""))));
    assertThat(comparison.toHtml())
        .contains("<td>freeze-image</td>")
        .doesNotContain("stages.0.clip", "stages.1.clip");
  }

  @Test
  void aRowOfTheCsvIsARun() throws IOException {
    List<String> lines =
        comparison(run("joint", JOINT, 7, 40), run("frozen", FROZEN, 7, 20))
            .toCsv()
            .lines()
            .toList();

    assertThat(lines.get(0))
        .startsWith("experiment,seed,folder,bestTextToImageRecallAt1,")
        .endsWith("stepsToTarget,pairsToTarget,secondsToTarget,operationsToTarget");
    assertThat(lines.get(1))
        .startsWith("joint,7,")
        .contains(",0.4,0.875,")
        .contains(",2,64,0.5,64000,");
    assertThat(lines).hasSize(3);
  }

  @Test
  void aTargetThatOneNeverReachedIsADash() throws IOException {
    Comparison comparison =
        new Comparison(
            List.of(run("joint", JOINT, 7, 40), run("frozen", FROZEN, 7, 20)),
            OptionalDouble.of(0.3),
            List.of());

    assertThat(comparison.toTable()).contains("to R@1 30.0%").containsPattern("frozen.*– +– +– +–");
  }

  @Test
  void otherDataIsSaid() throws IOException {
    Comparison comparison = comparison(run("a", JOINT, 7, 40), run("b", FROZEN, 7, 20, "other"));

    assertThat(comparison.toHtml())
        .contains("They were scored on different test data")
        .contains("(a: same; b: other)");
    assertThat(comparison.warnings()).hasSize(2);
  }

  @Test
  void otherQueriesAreNotPaired() throws IOException {
    ComparedRun second = run("b", FROZEN, 7, 20);
    ranks(second.folder(), 20, "other ");

    Comparison comparison = comparison(run("a", JOINT, 7, 40), ComparedRun.read(second.folder()));

    assertThat(comparison.differences()).isEmpty();
    assertThat(comparison.toHtml()).doesNotContain("Which differences are real");
  }

  @Test
  void aRunWithoutRanksIsSaid() throws IOException {
    ComparedRun second = run("b", FROZEN, 7, 20);
    Files.delete(second.folder().resolve("ranks.json"));

    assertThat(comparison(run("a", JOINT, 7, 40), ComparedRun.read(second.folder())).warnings())
        .singleElement()
        .asString()
        .contains("b has 1 run(s) without ranks.json");
  }

  @Test
  void theSameCaptionsStandSideBySide() throws IOException {
    String page = comparison(run("a", JOINT, 7, 40), run("b", FROZEN, 7, 20)).toHtml();

    assertThat(page).contains("<b><span lang=\"zh\">猫</span></b>");
    assertThat(Pattern.compile("rank 7</span>").matcher(page).results()).hasSize(2);
  }

  @Test
  void everyCurveCanBeDrawnOverFourThings() throws IOException {
    String page = comparison(run("a", JOINT, 7, 40), run("b", FROZEN, 7, 20)).toHtml();
    Matcher data =
        Pattern.compile("(?s)<script type=\"application/json\" id=\"run-data\">(.*?)</script>")
            .matcher(page);
    assertThat(data.find()).isTrue();
    JsonObject json = JsonParser.parseString(data.group(1)).getAsJsonObject();

    assertThat(json.getAsJsonArray("axes").toString())
        .contains("\"steps\"", "\"examples\"", "\"seconds\"", "\"operations\"");
    JsonObject loss = json.getAsJsonArray("charts").get(0).getAsJsonObject();
    assertThat(loss.getAsJsonArray("series").get(0).toString())
        .contains("\"label\":\"a\"", "\"steps\":[1,2]", "\"examples\":[32,64]")
        .contains("\"seconds\":[0.25,0.5]", "\"operations\":[32000,64000]");
  }

  @Test
  void thePageAsksNothingOfTheNetwork() throws IOException {
    String page = comparison(run("a", JOINT, 7, 40), run("b", FROZEN, 7, 20)).toHtml();

    assertThat(page)
        .contains("content=\"default-src 'none'; img-src data:;")
        .doesNotContain("<link", "src=\"http", "href=\"http", "@import");
  }

  @Test
  void namesWithMarkupAreText() throws IOException {
    ComparedRun run = run("a", JOINT, 7, 40);
    String config = Files.readString(run.folder().resolve("experiment.conf"));
    Files.writeString(
        run.folder().resolve("experiment.conf"), config.replace("clip = 1", "clip = \"<b>\""));

    assertThat(comparison(ComparedRun.read(run.folder()), run("b", JOINT, 7, 20)).toHtml())
        .contains("&lt;b&gt;")
        .doesNotContain("<td><b></td>");
  }

  @Test
  void aFailedRunIsSaid() throws IOException {
    Comparison comparison =
        new Comparison(
            List.of(run("a", JOINT, 7, 40), run("b", FROZEN, 7, 20)),
            OptionalDouble.empty(),
            List.of("c failed and is left out: the loss is NaN"));

    assertThat(comparison.toHtml()).contains("c failed and is left out: the loss is NaN.");
  }

  @Test
  void oneRunIsNoComparison() throws IOException {
    ComparedRun run = run("a", JOINT, 7, 40);

    assertThatThrownBy(() -> comparison(run))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is one run");
    assertThatThrownBy(() -> comparison(run, run))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("stands here twice");
  }

  @Test
  void aFolderThatCannotBeComparedIsRefused() throws IOException {
    Path none = folder.resolve("none");
    assertRefused(none, "there is no such folder");
    Files.createDirectory(none);
    assertRefused(none, "is not the folder of a run");
    Path run = run("a", JOINT, 7, 40).folder();
    Files.delete(run.resolve("result.json"));
    assertRefused(run, "has not finished: its last step is 2");
    Files.writeString(run.resolve("metrics.jsonl"), "");
    assertRefused(run, "there is no step of a training in it");
  }

  private static void assertRefused(Path run, String found) {
    assertThatThrownBy(() -> ComparedRun.read(run))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(found);
  }

  private static Comparison comparison(ComparedRun... runs) {
    return new Comparison(List.of(runs), OptionalDouble.empty(), List.of());
  }

  /** A third experiment. */
  private static String differ() {
    return JOINT.replace("clip = 1", "clip = 2");
  }

  /**
   * @param hits of 100 captions that find their image first
   */
  @ParameterizedTest
  @ValueSource(strings = {"ranks.json", "costs.json", "gallery.json", "provenance.json"})
  void namesAFileThatIsNotWhatARunHasWritten(String name) throws IOException {
    Path run = run("a", JOINT, 7, 40).folder();
    Path file = Files.writeString(run.resolve(name), "[]");

    assertThatThrownBy(() -> ComparedRun.read(run))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": th")
        .hasMessageContaining("delete the file");
  }

  private ComparedRun run(String name, String stages, int seed, int hits) throws IOException {
    return run(name, stages, seed, hits, "same");
  }

  private ComparedRun run(String name, String stages, int seed, int hits, String data)
      throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        run.resolve("experiment.conf"), "name = %s\nseed = %d\n%s".formatted(name, seed, stages));
    String metrics =
        String.join(
            "\n",
            SampleRun.stage(0, "both", 2),
            SampleRun.step("both", 1, "3.0"),
            SampleRun.evaluation(1, true, hits / 100.0),
            SampleRun.step("both", 2, "1.5"),
            SampleRun.evaluation(2, false, hits / 200.0));
    Files.writeString(run.resolve("metrics.jsonl"), metrics);
    Files.writeString(run.resolve("result.json"), "{}");
    Files.writeString(
        run.resolve("provenance.json"),
        "{\"data\":{\"train\":\"%1$s\",\"test\":\"%1$s\"}}".formatted(data));
    RunCosts costs = new RunCosts(Map.of("both", 1000.0), 5, OptionalLong.of(2_000_000_000L));
    Files.writeString(run.resolve("costs.json"), costs.toJson());
    Gallery.Picture picture = new Gallery.Picture(new byte[] {1, 2}, 0.75f, false);
    Gallery gallery =
        new Gallery(List.of(new Gallery.Query("猫", 7, 40, List.of(picture), Optional.of(picture))));
    Files.writeString(run.resolve("gallery.json"), gallery.toJson());
    ranks(run, hits, "");
    return ComparedRun.read(run);
  }

  private static void ranks(Path run, int hits, String prefix) throws IOException {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    Stream.iterate(0, i -> i + 1).limit(100).forEach(i -> ranks.put(prefix + i, i < hits ? 1 : 9));
    Files.writeString(
        run.resolve("ranks.json"), new RetrievalRanks(100, ranks, Map.of("a", 1)).toJson());
  }
}
