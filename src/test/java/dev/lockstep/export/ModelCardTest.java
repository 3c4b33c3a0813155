package dev.lockstep.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCardTest {
  private static final String WHOLE =
      """
      {
        "format": 1,
        "name": "toy",
        "precision": "float32",
        "embedding": 8,
        "tokenizer": {
          "contextLength": 12, "lowercase": true, "maxWordLength": 200,
          "specialTokensInText": false, "characters": "google"
        },
        "preprocessing": {
          "size": 16, "resize": "squash", "background": "none",
          "mean": [0.5, 0.5, 0.5], "deviation": [0.25, 0.25, 0.25]
        },
        "parameters": 1234,
        "provenance": {}
      }
      """;

  @TempDir Path model;
  private Path file;

  @BeforeEach
  void folder() throws IOException {
    file = Files.createDirectories(model.resolve("assets")).resolve(ModelCard.FILE);
  }

  @Test
  void tellsHowTheModelReadsTextsAndImages() throws IOException {
    Files.writeString(file, WHOLE);

    ModelCard card = ModelCard.read(model);

    assertThat(card.name()).isEqualTo("toy");
    assertThat(card.tokenizer().contextLength()).isEqualTo(12);
    assertThat(card.pixelDeviation()).containsExactly(0.25, 0.25, 0.25);
  }

  @Test
  void refusesACardThatIsNotWhole() throws IOException {
    for (String damaged :
        List.of(
            "",
            "[]",
            "{}",
            WHOLE.substring(0, 200),
            WHOLE.replace("\"float32\"", "\"float12\""),
            WHOLE.replace("\"preprocessing\"", "\"processing\""),
            WHOLE.replace("1234", "\"many\""))) {
      Files.writeString(file, damaged);

      assertThatThrownBy(() -> ModelCard.read(model))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(file + ": cannot be read: ")
          .hasMessageContaining("export the run again");
    }
  }

  @Test
  void refusesACardOfAnotherFormat() throws IOException {
    Files.writeString(file, WHOLE.replace("\"format\": 1", "\"format\": 99"));

    assertThatThrownBy(() -> ModelCard.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it is of format 99; this version reads 1");
  }

  @Test
  void refusesAModelWithoutACard() {
    assertThatThrownBy(() -> ModelCard.read(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": there is no such file");
  }
}
