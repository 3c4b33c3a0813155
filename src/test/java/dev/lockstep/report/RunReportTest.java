package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
  private static final Pattern REFERENCE =
      Pattern.compile("(?:src|href|action|data|srcset|poster)\\s*=\\s*[\"']?([^\"'\\s>]+)");

  @TempDir Path run;

  @Test
  void holdsTheFigures() throws IOException {
    metrics(
        SampleRun.stage(0, "both", 2),
        SampleRun.step("both", 1, "3.0"),
        SampleRun.evaluation(1, true, 0.5),
        SampleRun.step("both", 2, "1.5"),
        SampleRun.evaluation(2, false, 0.4));
    Files.writeString(run.resolve("experiment.conf"), "name = two-steps\nseed = 7");
    Files.writeString(run.resolve("provenance.json"), "{\"commit\":\"0a1b2c3\"}");

    String page = report();

    assertThat(page)
        .contains("<h1>two-steps</h1>")
        .contains("<b>R@1 50.0%</b> and <b>R@10 87.5%</b>, at its best after step 1 of 2")
        .as("64 pairs in half a second")
        .contains("<b>128</b> pairs/s")
        .contains("best: step 1", "last: step 2", "<td>40.0%</td>")
        .contains("Loss at the end</dt><dd>1.50 <small>ln N 3.47, floor 0.13")
        .contains("text 5e-4", "image 1.2 k", "text 800")
        .contains("seed = 7", "&quot;commit&quot;: &quot;0a1b2c3&quot;")
        .doesNotContain("class=\"warning\"");
    assertThat(curve(page, "loss").getAsJsonArray("x")).hasToString("[1,2]");
    assertThat(curve(page, "loss").toString())
        .contains("\"label\":\"loss of each step\"", "\"values\":[3,1.5]");
    assertThat(curve(page, "recall").toString()).contains("\"values\":[0.5,0.4]");
  }

  @Test
  void saysWhatTheDoctorFound() throws IOException {
    metrics(
        SampleRun.stage(0, "both", 2),
        SampleRun.step("both", 1, "3.0")
            .replace(
                "\"logitScale\"",
                "\"signals\":{\"effective-rank/text\":12.5,\"input/wait-reading\":0.3},\"logitScale\""),
        """
        {"event":"finding","stage":"both","step":1,"id":"unknown-tokens","severity":"error",\
        "message":"95% of the tokens are <[UNK]>","figure":0.95,"advice":"set tokenizer.vocabulary"}\
        """);

    String page = report();

    assertThat(page)
        .contains(
            "<b>unknown-tokens</b> error, stage both, step 1: 95% of the tokens are &lt;[UNK]&gt;")
        .contains("What to change: set tokenizer.vocabulary.");
    assertThat(curve(page, "effective-rank").toString()).contains("\"values\":[12.5]");
    assertThat(curve(page, "waiting-for").toString()).contains("\"values\":[0.3]");
  }

  @Test
  void saysThatTheDoctorFoundNothing() throws IOException {
    metrics(SampleRun.stage(0, "both", 1), SampleRun.step("both", 1, "3.0"));
    assertThat(report()).contains("Nothing: no finding in this run.");
  }

  @Test
  void asksNothingOfTheNetwork() throws IOException {
    metrics(SampleRun.stage(0, "both", 1), SampleRun.step("both", 1, "3.0"));
    RunReport.write(run, gallery("https://example.org/ src=http://example.org"));

    String page = page();

    Matcher references = REFERENCE.matcher(markup(page));
    while (references.find()) {
      assertThat(references.group(1)).startsWith("data:image/png;base64,");
    }
    assertThat(markup(page)).doesNotContain("<link", "<iframe", "<base");
    assertThat(styles(page)).isNotEmpty().doesNotContain("@import", "url(");
    assertThat(page).contains("content=\"default-src 'none'; img-src data:;");
    assertThat(page).contains("var uPlot=", ".u-legend", "MIT License");
  }

  @Test
  void aCaptionWithMarkupIsShownAsText() throws IOException {
    metrics(SampleRun.step("</script><script>alert(1)</script>", 1, "3.0"));
    RunReport.write(run, gallery("<script>alert('你好')</script> {{data}}"));

    String page = page();

    assertThat(page)
        .contains(
            "<span lang=\"zh\">&lt;script&gt;alert(&#39;你好&#39;)&lt;/script&gt; {{data}}</span>")
        .doesNotContain("<script>alert");
    assertThat(data(page).toString()).contains("alert(1)");
  }

  @Test
  void picturesAreMarkedRightByMoreThanColour() throws IOException {
    RunReport.write(run, gallery("猫"));

    assertThat(page())
        .contains("alt=\"a wrong image\" src=\"data:image/png;base64,AQI=\"")
        .contains("<span>0.75</span>")
        .contains("class=\"picture right missed\"", "alt=\"a right image\"", "<span>✓ 0.25</span>")
        .contains("rank 7")
        .contains("0 have a right image first and 0 among the first 1.");
  }

  @Test
  void theGalleryIsKeptForMakingTheReportAgain() throws IOException {
    RunReport.write(run, gallery("猫"));
    String first = page();

    RunReport.write(run);

    assertThat(page()).isEqualTo(first);
    assertThat(run.resolve("gallery.json")).exists();
  }

  @Test
  void aRunThatHasJustBegunHasAReport() throws IOException {
    assertThat(report()).as("no file at all").contains("No step has been recorded yet.");
    metrics("");
    assertThat(report()).as("an empty file").contains("No step has been recorded yet.");
    metrics(SampleRun.stage(0, "both", 5));
    assertThat(report()).contains("0 of 5").contains("\"charts\":[]");
  }

  @Test
  void aRunWithoutEvaluationTellsItsTraining() throws IOException {
    metrics(SampleRun.stage(0, "both", 4), SampleRun.step("both", 1, "3.0"));

    assertThat(report())
        .contains("Not evaluated yet; <b>0.3 s</b> of training at <b>128</b> pairs/s.")
        .contains("Not finished: the last step is 1 of 4.")
        .doesNotContain("by chance", "<h2>Scores</h2>");
  }

  @Test
  void aLossThatIsNotANumberIsSaidAndLeavesAGap() throws IOException {
    metrics(
        SampleRun.stage(0, "both", 3),
        SampleRun.step("both", 1, "3.0"),
        SampleRun.step("both", 2, "NaN"),
        SampleRun.step("both", 3, "NaN"));

    String page = report();

    assertThat(page).contains("The loss was not a number at step 2 of 3.");
    assertThat(curve(page, "loss").toString()).contains("\"values\":[3,null,null]");
  }

  @Test
  void aLossThatStaysAtLnNIsSaid() throws IOException {
    metrics(SampleRun.stage(0, "both", 1), SampleRun.step("both", 1, "3.4655"));

    assertThat(report()).contains("The loss is still at ln N");
  }

  @Test
  void halfALineIsSaid() throws IOException {
    metrics(SampleRun.step("both", 1, "3.0"), "{\"event\":\"st");

    assertThat(report()).contains("1 line(s) of metrics.jsonl could not be read");
  }

  @Test
  void aLongRunStaysLight() throws IOException {
    metrics(
        IntStream.rangeClosed(1, 20_000)
            .mapToObj(step -> SampleRun.step("both", step, String.valueOf(3.0 + step % 7)))
            .toArray(String[]::new));

    String page = report();

    assertThat(curve(page, "loss").getAsJsonArray("x").size()).isBetween(900, 2_000);
    assertThat(page.length()).isLessThan(500_000);
  }

  @Test
  void towersAtOneRateShareALine() throws IOException {
    metrics(
        SampleRun.step("both", 1, "3")
            .replace("\"learningRate\":{", "\"learningRate\":{\"image\":0.0005,"));

    assertThat(curve(report(), "learning-rate").toString())
        .contains("\"label\":\"image and text\"");
  }

  @Test
  void aFolderThatIsNoneIsRefused() {
    assertThatThrownBy(() -> RunReport.write(run.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none: there is no such run folder");
  }

  @Test
  void aBrokenGalleryIsNamed() throws IOException {
    Files.writeString(run.resolve("gallery.json"), "{\"queries\":[{\"caption\":\"猫\"}]}");

    assertThatThrownBy(() -> RunReport.write(run))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("gallery.json")
        .hasMessageContaining("delete the file");
  }

  @Test
  void aReportThatCannotBeWrittenIsNamed() throws IOException {
    Files.createDirectories(run.resolve("report.html/in-the-way"));

    assertThatThrownBy(() -> RunReport.write(run))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("report.html cannot be written");
  }

  private static Gallery gallery(String caption) {
    Gallery.Picture wrong = new Gallery.Picture(new byte[] {1, 2}, 0.75f, false);
    Gallery.Picture right = new Gallery.Picture(new byte[] {3, 4}, 0.25f, true);
    return new Gallery(
        List.of(new Gallery.Query(caption, 7, 40, List.of(wrong), Optional.of(right))));
  }

  private void metrics(String... lines) throws IOException {
    Files.writeString(run.resolve("metrics.jsonl"), String.join("\n", lines));
  }

  private String report() throws IOException {
    RunReport.write(run);
    return page();
  }

  private String page() throws IOException {
    return Files.readString(run.resolve("report.html"));
  }

  /** What a browser takes for markup: without scripts, comments and text. */
  private static String markup(String page) {
    return page.replaceAll("(?s)<script.*?</script>", "")
        .replaceAll("(?s)<!--.*?-->", "")
        .replaceAll(">[^<]*<", "><");
  }

  private static String styles(String page) {
    return page.substring(page.indexOf("<style>"), page.indexOf("</style>"));
  }

  private static JsonObject data(String page) {
    Matcher data =
        Pattern.compile("(?s)<script type=\"application/json\" id=\"run-data\">(.*?)</script>")
            .matcher(page);
    assertThat(data.find()).isTrue();
    return JsonParser.parseString(data.group(1)).getAsJsonObject();
  }

  private static JsonObject curve(String page, String id) {
    return data(page).getAsJsonArray("charts").asList().stream()
        .map(chart -> chart.getAsJsonObject())
        .filter(chart -> chart.get("id").getAsString().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
