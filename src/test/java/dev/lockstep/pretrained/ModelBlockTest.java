package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelBlockTest {
  @TempDir Path folder;

  private static ModelBlock of(String path) {
    try (Checkpoint checkpoint = Checkpoint.open(Resources.path("references/" + path))) {
      return ModelBlock.of(checkpoint);
    }
  }

  @Test
  void aChineseClipIsDescribedWhole() {
    ModelBlock block = of("transformers-chinese-clip");
    assertThat(block.inside())
        .isEqualTo(
            """
            image {
              type = vit
              style = clip
              patch = 4
              layers = 2
              hidden = 24
              heads = 2
              intermediate = 72
              activation = quick-gelu
              epsilon = 1.0E-5
              attention-dropout = 0.0
            }
            text {
              type = bert
              pooling = class
              positions = 18
              layers = 3
              hidden = 48
              heads = 4
              intermediate = 56
              activation = gelu
              epsilon = 1.0E-12
              dropout = 0.0
              attention-dropout = 0.0
            }
            embedding = 28
            """);
    assertThat(block.imageSize()).contains(16);
    assertThat(block.vocabulary()).contains(400);
    assertThat(block.file())
        .contains("model {\n  image {\n", "data.image-size = 16", "tokenizer.context-length = 18");
  }

  @Test
  void theOriginalReleaseHasItsHeadsInTheConfigOnly() throws IOException {
    assertThat(of("cn-clip-vit").inside()).contains("hidden = 64\n  heads = 4");
    Files.copy(
        Resources.path("references/cn-clip-vit/checkpoint.pt"), folder.resolve("checkpoint.pt"));
    try (Checkpoint alone = Checkpoint.open(folder)) {
      assertThat(ModelBlock.of(alone).inside()).contains("hidden = 64\n  heads = 1");
    }
  }

  @Test
  void everyReferenceHasABlockThatTheModelTakes() {
    assertThat(of("cn-clip-rn50").inside())
        .contains("type = modified-resnet", "width = 8", "depths = [1, 2, 1, 1]", "heads = 4");
    assertThat(of("cn-clip-rn50").imageSize()).contains(64);
    assertThat(of("transformers-resnet").inside())
        .contains("block = bottleneck", "stem-width = 8", "widths = [4, 8, 12, 16]");
    assertThat(of("transformers-clip").inside())
        .contains("type = causal-transformer", "end-of-text = 399");
    assertThat(of("transformers-vit").inside()).contains("style = google");
  }

  @Test
  void meanAndDeviationAreThoseOfThePreprocessor() throws IOException {
    Files.copy(
        Resources.path("references/transformers-vit/model.safetensors"),
        folder.resolve("model.safetensors"));
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"image_mean\": [0.5, 0.25, 0.125], \"image_std\": [0.5, 1, 0.5], \"resample\": 2}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(ModelBlock.of(checkpoint).inside())
          .contains("mean = [0.5, 0.25, 0.125]", "deviation = [0.5, 1.0, 0.5]");
    }
  }

  @Test
  void aFormThatNoTowerHasIsRefused() throws IOException {
    Files.copy(
        Resources.path("references/transformers-bert/model.safetensors"),
        folder.resolve("model.safetensors"));
    Path config = folder.resolve("config.json");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Files.writeString(config, "{\"hidden_act\": \"gelu_new\"}");
      assertThatThrownBy(() -> ModelBlock.of(checkpoint))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the activation gelu_new");
      Files.writeString(config, "{\"num_attention_heads\": \"many\"}");
      assertThatThrownBy(() -> ModelBlock.of(checkpoint))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("config.json has a value of another type");
      Files.writeString(config, "[" + "[".repeat(100_000));
      assertThatThrownBy(() -> ModelBlock.of(checkpoint))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("it is not a JSON object");
    }
  }
}
