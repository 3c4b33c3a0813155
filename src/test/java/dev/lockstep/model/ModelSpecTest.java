package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Impossible models, for images of 32 pixels and texts of 16 tokens. */
class ModelSpecTest {
  private static final String VIT = "image { type = vit, patch = 8, hidden = 16, layers = 2 }";
  private static final String BERT = "text { type = bert, hidden = 16, layers = 2 }";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image.patch = 7 | image.patch = 7 | a divisor of data.image-size (32)",
        "image.heads = 3 | image.heads = 3 | a divisor of hidden (16)",
        "image.style = clipp | image.style = \"clipp\" | one of clip, google",
        "image.patch-dropout = 1 | image.patch-dropout = 1 | from 0 to 0.99",
        "text.positions = 15 | text.positions = 15 | at least tokenizer.context-length (16)",
        "text.type = causal-transformer, text.pooling = end-of-text | text.end-of-text is missing"
            + " | a whole number",
        "image { type = modified-resnet, heads = 3 } | image.heads = 3 | features",
        "image { type = modified-resnet, width = 9 } | image.width = 9 | an even number",
        "image { type = modified-resnet, depths = [1, 1, 1, 1, 1] } | image.depths"
            + " | fewer stages",
        "image { type = resnet, depths = [1, 1, 1, 1, 1, 1] } | image.depths | fewer stages",
        "image.mean = [0.5] | image.mean | three numbers"
      })
  void impossibleValuesAreRefused(String change, String found, String expected) {
    Block block = Block.parse(VIT + "\n" + BERT + "\nembedding = 8\n" + change);
    assertThatThrownBy(() -> ModelSpec.from(block, 32, 16))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
  }
}
