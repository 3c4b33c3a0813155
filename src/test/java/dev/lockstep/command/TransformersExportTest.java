package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.pretrained.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** Folders that transformers wrote come back as they were. */
class TransformersExportTest {
  @TempDir Path folder;
  private Path original;
  private Path exported;

  @BeforeEach
  void copyModel() throws IOException {
    original = Files.createDirectory(folder.resolve("original"));
    exported = folder.resolve("exported");
    copy("transformers-chinese-clip", "config.json");
    copy("transformers-chinese-clip", "model.safetensors");
    Files.copy(Invocation.resource("embed/vocab.txt"), original.resolve("vocab.txt"));
  }

  private void copy(String reference, String name) throws IOException {
    Files.copy(
        Invocation.resource("references/" + reference).resolve(name), original.resolve(name));
  }

  private Invocation export(Path model) {
    return Invocation.of("export", model, "--format", "transformers", "--out", exported);
  }

  @Test
  void anImportIsExportedAgainBitForBit() {
    Path imported = folder.resolve("imported");
    assertThat(Invocation.of("import", original, "--out", imported).exitStatus()).isZero();

    Invocation export = export(imported);

    assertThat(export.exitStatus()).as(export.err()).isZero();
    try (SafetensorsFile before = new SafetensorsFile(original.resolve("model.safetensors"));
        SafetensorsFile after = new SafetensorsFile(exported.resolve("model.safetensors"))) {
      assertThat(after.metadata()).containsEntry("format", "pt");
      assertThat(after.names()).isEqualTo(before.names());
      for (String name : before.names()) {
        assertThat(after.shape(name)).as(name).isEqualTo(before.shape(name));
        assertThat(after.floats(name)).as(name).isEqualTo(before.floats(name));
      }
    }
    JsonObject was = read(original.resolve("config.json"));
    JsonObject is = read(exported.resolve("config.json"));
    assertThat(is.get("projection_dim")).isEqualTo(was.get("projection_dim"));
    for (String tower : new String[] {"text_config", "vision_config"}) {
      is.getAsJsonObject(tower)
          .entrySet()
          .forEach(
              entry -> {
                String key = entry.getKey();
                // transformers leaves its default of 512 there, and takes the outer one.
                if (!key.equals("projection_dim")) {
                  assertThat(plain(entry.getValue()))
                      .as(tower + "." + key)
                      .isEqualTo(plain(was.getAsJsonObject(tower).get(key)));
                }
              });
    }
  }

  @Test
  void theProcessorIsWrittenAsTheImagesAreResized() throws IOException {
    Files.writeString(
        original.resolve("preprocessor_config.json"),
        """
        {"do_center_crop": true, "size": {"shortest_edge": 16}, "resample": 3,
         "crop_size": {"height": 16, "width": 16}, "image_mean": [0.5, 0.25, 0.125],
         "image_std": [0.25, 0.5, 0.75]}
        """);
    assertThat(export(original).exitStatus()).isZero();
    JsonObject images = read(exported.resolve("preprocessor_config.json"));
    assertThat(images.toString())
        .contains(
            "\"size\":{\"shortest_edge\":16}",
            "\"do_center_crop\":true",
            "\"crop_size\":{\"height\":16,\"width\":16}",
            "\"image_mean\":[0.5,0.25,0.125]",
            "\"image_std\":[0.25,0.5,0.75]",
            "\"resample\":3");
    JsonObject texts = read(exported.resolve("tokenizer_config.json"));
    assertThat(texts.get("tokenizer_class").getAsString()).isEqualTo("BertTokenizer");
    assertThat(texts.get("do_lower_case").getAsBoolean()).isTrue();
    assertThat(Files.readAllLines(exported.resolve("vocab.txt")))
        .startsWith("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "一")
        .hasSize(400);
  }

  @Test
  void theOriginalReleaseBecomesTransformers() throws IOException {
    Files.delete(original.resolve("config.json"));
    Files.delete(original.resolve("model.safetensors"));
    copy("cn-clip-vit", "config.json");
    copy("cn-clip-vit", "checkpoint.pt");
    Invocation export = export(original);
    assertThat(export.exitStatus()).as(export.err()).isZero();

    // The exported model is then compared with the original's own outputs.
    for (String name : new String[] {"inputs.safetensors", "outputs.safetensors"}) {
      Files.copy(
          Invocation.resource("references/cn-clip-vit").resolve(name), exported.resolve(name));
    }
    writeMask();
    Invocation agree = Invocation.of("agree", exported);
    assertThat(agree.exitStatus()).as(agree.out() + agree.err()).isZero();
    assertThat(agree.out()).contains("transformers' ChineseCLIPModel", "agrees: 4 outputs");
  }

  /** transformers has no padding without a mask; the original hides the id 0. */
  private void writeMask() {
    Path inputs = exported.resolve("inputs.safetensors");
    Map<String, float[]> values = new HashMap<>();
    Map<String, Shape> shapes = new HashMap<>();
    try (SafetensorsFile file = new SafetensorsFile(inputs)) {
      for (String name : file.names()) {
        values.put(name, file.floats(name));
        shapes.put(name, file.shape(name));
      }
    }
    float[] mask = values.get("input_ids").clone();
    for (int i = 0; i < mask.length; i++) {
      mask[i] = mask[i] == 0 ? 0 : 1;
    }
    values.put("attention_mask", mask);
    shapes.put("attention_mask", shapes.get("input_ids"));
    SafetensorsWriter.write(inputs, shapes, values::get);
  }

  @Test
  void aModelThatTransformersHasNotIsRefused() throws IOException {
    Files.delete(original.resolve("config.json"));
    Files.delete(original.resolve("model.safetensors"));
    copy("cn-clip-rn50", "config.json");
    copy("cn-clip-rn50", "model.safetensors");
    Invocation export = export(original);
    assertThat(export.exitStatus()).isEqualTo(2);
    assertThat(export.err())
        .contains("model.image.type = modified-resnet", "has only vit", "as a SavedModel");
    assertThat(exported).doesNotExist();
  }

  /** A number as such, however it is written. */
  private static Object plain(JsonElement value) {
    return value.getAsJsonPrimitive().isNumber() ? (Object) value.getAsDouble() : value;
  }

  private static JsonObject read(Path json) {
    try {
      return JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
