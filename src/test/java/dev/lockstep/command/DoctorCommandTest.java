package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lockstep.experiment.ExperimentDoctor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two failures from the field, with smaller towers and fewer steps. */
class DoctorCommandTest {
  @TempDir static Path folder;

  @Test
  void namesTheOneImage() throws IOException {
    Invocation doctor = examine("one-image");

    assertThat(doctor.exitStatus()).as(doctor.err()).isZero();
    assertThat(doctor.out())
        .contains("463 different captions, 1 different images")
        .contains("error one-image: all 808 pairs have the same image");
    assertThat(ids()).containsExactly("one-image");
  }

  @Test
  void namesTheVocabulary() throws IOException {
    Invocation doctor = examine("unknown-tokens");

    assertThat(doctor.exitStatus()).as(doctor.err()).isZero();
    assertThat(ids()).containsExactly("unknown-tokens");
    JsonObject finding = findings().get(0).getAsJsonObject();
    assertThat(finding.keySet())
        .containsExactlyInAnyOrder("id", "severity", "message", "figure", "advice");
    assertThat(finding.get("severity").getAsString()).isEqualTo("error");
    assertThat(finding.get("figure").getAsDouble()).isGreaterThan(0.9);
    assertThat(finding.get("advice").getAsString()).contains("tokenizer.vocabulary");
  }

  @Test
  void cleanBillIsAnEmptyList() {
    assertThat(JsonParser.parseString(ExperimentDoctor.toJson(List.of())))
        .isEqualTo(JsonParser.parseString("{\"findings\": []}"));
  }

  @Test
  void refusesWhatCannotBeRead() {
    Invocation doctor = Invocation.of("doctor", folder.resolve("none.conf"));
    assertThat(doctor.exitStatus()).isEqualTo(2);
    assertThat(doctor.err()).contains("none.conf");
  }

  @Test
  void refusesAFileThatCannotBeWritten() {
    Invocation doctor =
        Invocation.of(
            "doctor", failure("one-image"), "--json", folder.resolve("no-folder/findings.json"));
    assertThat(doctor.exitStatus()).isEqualTo(2);
    assertThat(doctor.err()).contains("no-folder");
  }

  private static Invocation examine(String name) {
    return Invocation.of(
        "doctor",
        failure(name),
        "--json",
        folder.resolve("findings.json"),
        "data.prepared=" + folder.resolve("prepared"),
        "model.image.stem-width=4",
        "model.text.hidden=16",
        "stages.0.steps=12",
        "precision=float32");
  }

  private static Path failure(String name) {
    return Path.of("experiments", "failures", name + ".conf");
  }

  private static JsonArray findings() throws IOException {
    return JsonParser.parseString(Files.readString(folder.resolve("findings.json")))
        .getAsJsonObject()
        .getAsJsonArray("findings");
  }

  private static List<String> ids() throws IOException {
    return findings().asList().stream()
        .map(finding -> finding.getAsJsonObject().get("id").getAsString())
        .toList();
  }
}
