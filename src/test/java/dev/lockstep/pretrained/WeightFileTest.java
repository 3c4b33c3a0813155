package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;

/** Files that PyTorch and safetensors wrote (see the README beside them) hold what was put in. */
class WeightFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"types.safetensors", "types.pt", "types-legacy.pt"})
  void everyTypeBecomesFloats(String name) {
    try (WeightFile file = WeightFile.open(Resources.path("pretrained/" + name))) {
      assertThat(file.floats("half"))
          .containsExactly(1, -0.5f, 65504, 0x1p-24f, Float.POSITIVE_INFINITY);
      assertThat(file.floats("bfloat")).startsWith(1, -0.5f, 3.140625f);
      assertThat(file.floats("bfloat")[3]).isBetween(0.99e38f, 1.01e38f);
      assertThat(file.floats("double")).containsExactly(0.1f, Float.NEGATIVE_INFINITY);
      assertThat(file.floats("long")).containsExactly(1, -0x1p40f);
      assertThat(file.floats("int")).containsExactly(7, -8);
      assertThat(file.floats("short")).containsExactly(300, -300);
      assertThat(file.floats("char")).containsExactly(100, -100);
      assertThat(file.floats("byte")).containsExactly(200, 0);
      assertThat(file.floats("bool")).containsExactly(1, 0);
      assertThat(file.floats("scalar")).containsExactly(2.6592f);
      assertThat(file.floats("parameter")).containsExactly(1.5f, -2.5f);
      assertThat(file.type("half")).isEqualTo(ElementType.F16);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.safetensors", "types.pt", "types-legacy.pt"})
  void viewsOfOtherTensorsAreReadInTheirOwnOrder(String name) {
    try (WeightFile file = WeightFile.open(Resources.path("pretrained/" + name))) {
      assertThat(file.shape("transposed")).isEqualTo(Shape.of(6, 4));
      assertThat(file.floats("transposed")).startsWith(-1, -0.25f, 0.5f, 1.25f, -0.875f);
      assertThat(file.floats("part")).containsExactly(0, 0.125f, 0.25f, 0.75f, 0.875f, 1);
      assertThat(file.floats("every-other")).hasSize(12).startsWith(-0.875f, -0.625f);
      assertThat(file.floats("repeated")).containsExactly(-1);
      assertThat(file.shape("empty")).isEqualTo(Shape.of(0, 3));
      assertThat(file.floats("empty")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "transformers-bert/pytorch_model.bin, transformers-bert/model.safetensors",
    "cn-clip-vit/checkpoint.pt, cn-clip-vit/model.safetensors"
  })
  void bothFormatsHoldTheSameModel(String torch, String safetensors) {
    try (WeightFile a = WeightFile.open(Resources.path("references/" + torch));
        WeightFile b = WeightFile.open(Resources.path("references/" + safetensors))) {
      assertThat(a.names()).containsExactlyInAnyOrderElementsOf(b.names());
      for (String name : a.names()) {
        assertThat(a.shape(name)).isEqualTo(b.shape(name));
        assertThat(a.floats(name)).isEqualTo(b.floats(name));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"training.pt", "state-dict.pt", "state-dict-legacy.pt"})
  void theStateDictIsFoundAndItsPrefixLeftOut(String name) {
    try (WeightFile file = WeightFile.open(Resources.path("pretrained/" + name))) {
      assertThat(file.names())
          .containsExactly(
              "0.weight",
              "0.bias",
              "1.weight",
              "1.bias",
              "1.running_mean",
              "1.running_var",
              "1.num_batches_tracked");
      assertThat(file.shape("0.weight")).isEqualTo(Shape.of(2, 3));
      assertThat(file.floats("1.running_var")).containsExactly(1, 1);
    }
  }

  @Test
  void anIndexOpensItsShards() throws IOException {
    SafetensorsWriter.write(
        folder.resolve("model-1.safetensors"), Map.of("a", Shape.of(2)), n -> new float[] {1, 2});
    Files.copy(Resources.path("pretrained/state-dict.pt"), folder.resolve("model-2.bin"));
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index, "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"0.bias\": \"model-2.bin\"}}");

    try (WeightFile file = WeightFile.open(index)) {
      assertThat(file.names()).containsExactly("a", "0.bias");
      assertThat(file.floats("a")).containsExactly(1, 2);
      assertThat(file.shape("0.bias")).isEqualTo(Shape.of(2));
    }

    Files.writeString(index, "{\"weight_map\": {\"b\": \"model-1.safetensors\"}}");
    assertThatThrownBy(() -> WeightFile.open(index))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("b is to stand in model-1.safetensors, which lacks it");
    Files.writeString(index, "{\"weight_map\": {\"b\": \"../model-1.safetensors\"}}");
    assertThatThrownBy(() -> WeightFile.open(index))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("not beside it");
  }

  @Test
  void aFileOfNoKnownFormatIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("weights.bin"), "version https://git-lfs");
    assertThatThrownBy(() -> WeightFile.open(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it begins like none of them");
    assertThatThrownBy(() -> WeightFile.open(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no such file");
  }

  @Test
  void aMissingTensorIsNamed() {
    try (WeightFile file = WeightFile.open(Resources.path("pretrained/types.pt"))) {
      assertThatThrownBy(() -> file.floats("other"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("it has no tensor other");
    }
  }
}
