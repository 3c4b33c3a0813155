package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.pretrained.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;

/** Against transformers, the original Chinese-CLIP and PyTorch; see the folders' READMEs. */
class AgreeCommandTest {
  @TempDir Path folder;

  private static Path reference(String name) {
    return Invocation.resource("references/" + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cn-clip-rn50",
        "cn-clip-vit",
        "transformers-bert",
        "transformers-chinese-clip",
        "transformers-clip",
        "transformers-resnet",
        "transformers-resnet-basic",
        "transformers-vit"
      })
  void everyReferenceAgrees(String name) {
    Path json = folder.resolve("agree.json");
    Invocation agree = Invocation.of("agree", reference(name), "--json", json);
    assertThat(agree.exitStatus()).as(agree.out() + agree.err()).isZero();
    assertThat(agree.out()).contains("agrees: ").doesNotContain("FAR", "not compared");

    JsonObject found = read(json).getAsJsonArray("folders").get(0).getAsJsonObject();
    assertThat(found.get("agrees").getAsBoolean()).isTrue();
    for (JsonElement output : found.getAsJsonArray("outputs")) {
      assertThat(output.getAsJsonObject().get("absolute").getAsDouble()).isLessThan(1e-5);
    }
    for (JsonElement gradient : found.getAsJsonArray("gradients")) {
      // Nothing is left to the rounding of these files: all that is not 0 agrees by itself.
      assertThat(gradient.getAsJsonObject().get("rounding").getAsDouble()).isZero();
    }
  }

  /** Made by make.py beside them, with transformers. */
  @ParameterizedTest
  @ValueSource(
      strings = {"chinese-clip", "clip-text", "clip-vision-with-projection", "vit-with-pooler"})
  void modelsOfSeldomFormsAgree(String name) {
    Invocation agree = Invocation.of("agree", reference("unusual/" + name));
    assertThat(agree.exitStatus()).as(agree.out() + agree.err()).isZero();
    assertThat(agree.out()).contains("agrees: ").doesNotContain("~", "not compared");
  }

  @Test
  void anImportHasTheHeadsOfItsCheckpoint() throws IOException {
    Path imported = folder.resolve("imported");
    Path clip = reference("cn-clip-vit");
    assertThat(Invocation.of("import", clip, "--out", imported).exitStatus()).isZero();
    for (String file : new String[] {"inputs.safetensors", "outputs.safetensors"}) {
      Files.copy(clip.resolve(file), imported.resolve(file));
    }
    Invocation agree = Invocation.of("agree", imported);
    assertThat(agree.exitStatus()).as(agree.out() + agree.err()).isZero();
    assertThat(agree.out()).contains("Lockstep's own", "agrees: 4 outputs");
  }

  @Test
  void aFolderThatCannotBeUsedDoesNotKeepTheOthersFromBeingCompared() {
    Path json = folder.resolve("agree.json");
    Invocation agree =
        Invocation.of("agree", reference("adamw"), reference("transformers-vit"), "--json", json);
    assertThat(agree.exitStatus()).isEqualTo(2);
    assertThat(agree.err()).contains("there are no weights in it");
    assertThat(agree.out()).contains("agrees: 1 outputs");
    assertThat(read(json).getAsJsonArray("folders").get(0).getAsJsonObject().get("error"))
        .isNotNull();
    assertThat(read(json).get("agrees").getAsBoolean()).isFalse();
  }

  @Test
  void gradientsOfFloat64AgreeWithPyTorchsFloat64() {
    Path json = folder.resolve("agree.json");
    assertThat(Invocation.of("agree", reference("cn-clip-rn50"), "--json", json).exitStatus())
        .isZero();
    JsonObject found = read(json).getAsJsonArray("folders").get(0).getAsJsonObject();
    for (JsonElement element : found.getAsJsonArray("gradients")) {
      JsonObject gradient = element.getAsJsonObject();
      if (!gradient.get("name").getAsString().matches(".*(key|k_proj)\\.bias")) {
        assertThat(gradient.get("relative").getAsDouble()).as(gradient.toString()).isLessThan(1e-6);
      }
    }
  }

  @Test
  void whatItWritesHasTheOthersNamesShapesAndNumbers() {
    Path written = folder.resolve("ours.safetensors");
    Path clip = reference("transformers-chinese-clip");
    assertThat(Invocation.of("agree", clip, "--write", written).exitStatus()).isZero();
    try (SafetensorsFile ours = new SafetensorsFile(written);
        SafetensorsFile outputs = new SafetensorsFile(clip.resolve("outputs.safetensors"));
        SafetensorsFile gradients = new SafetensorsFile(clip.resolve("gradients.safetensors"))) {
      for (SafetensorsFile theirs : new SafetensorsFile[] {outputs, gradients}) {
        for (String name : theirs.names()) {
          assertThat(ours.shape(name)).as(name).isEqualTo(theirs.shape(name));
          assertThat(ours.floats(name))
              .as(name)
              .containsExactly(theirs.floats(name), within(1e-5f));
        }
      }
    }
  }

  @Test
  void weightsThatChangedAreSeen() throws IOException {
    Path changed = copyOf("transformers-chinese-clip");
    rewrite(changed.resolve("model.safetensors"), "text_projection.weight", 3);
    Invocation agree = Invocation.of("agree", changed);
    assertThat(agree.exitStatus()).isEqualTo(1);
    assertThat(agree.out())
        .contains("differs: ")
        .containsPattern("FAR .* text_embeds")
        .doesNotContainPattern("FAR .* image_embeds");
  }

  @Test
  void toleranceIsAStrictLimit() {
    Path clip = reference("transformers-clip");
    assertThat(Invocation.of("agree", clip, "--tolerance", "1e-9").exitStatus()).isEqualTo(1);
    assertThat(Invocation.of("agree", clip, "--tolerance", "0.1").exitStatus()).isZero();
    assertThat(Invocation.of("agree", clip, "--tolerance", "-1").exitStatus()).isEqualTo(2);
    assertThat(Invocation.of("agree", clip, "--arithmetic", "float32").out()).contains("float32");
  }

  @Test
  void anOutputThatIsNotKnownIsSaid() throws IOException {
    Path copy = copyOf("transformers-vit");
    Map<String, Shape> shapes = Map.of("last_hidden_state", Shape.of(5, 17, 48), "x", Shape.of(1));
    float[] known;
    try (SafetensorsFile outputs = new SafetensorsFile(copy.resolve("outputs.safetensors"))) {
      known = outputs.floats("last_hidden_state");
    }
    SafetensorsWriter.write(
        copy.resolve("outputs.safetensors"),
        shapes,
        name -> name.equals("x") ? new float[1] : known);
    assertThat(Invocation.of("agree", copy).out()).contains("not compared: x", "agrees: 1 outputs");
  }

  @Test
  void foldersThatLackSomethingAreRefused() throws IOException {
    Invocation none = Invocation.of("agree", reference("adamw"));
    assertThat(none.exitStatus()).isEqualTo(2);
    assertThat(none.err()).contains("there are no weights in it");

    Path copy = copyOf("transformers-vit");
    Files.delete(copy.resolve("inputs.safetensors"));
    Invocation blind = Invocation.of("agree", copy);
    assertThat(blind.exitStatus()).isEqualTo(2);
    assertThat(blind.err()).contains("inputs.safetensors");

    Files.copy(
        reference("transformers-bert").resolve("inputs.safetensors"),
        copy.resolve("inputs.safetensors"));
    assertThat(Invocation.of("agree", copy).err()).contains("there is no pixel_values in it");

    Invocation several =
        Invocation.of("agree", copy, copy, "--write", folder.resolve("x.safetensors"));
    assertThat(several.exitStatus()).isEqualTo(2);
    assertThat(several.err()).contains("give one folder");
  }

  private Path copyOf(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    for (String file :
        new String[] {
          "config.json",
          "model.safetensors",
          "inputs.safetensors",
          "outputs.safetensors",
          "gradients.safetensors"
        }) {
      if (Files.exists(reference(name).resolve(file))) {
        Files.copy(reference(name).resolve(file), copy.resolve(file));
      }
    }
    return copy;
  }

  /** Adds 0.01 to one element of a tensor. */
  private static void rewrite(Path file, String tensor, int element) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    try (SafetensorsFile weights = new SafetensorsFile(file)) {
      for (String name : weights.names()) {
        shapes.put(name, weights.shape(name));
        values.put(name, weights.floats(name));
      }
    }
    values.get(tensor)[element] += 0.01f;
    SafetensorsWriter.write(file, shapes, values::get);
  }

  private static JsonObject read(Path json) {
    try {
      return JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
