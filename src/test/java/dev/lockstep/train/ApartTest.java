package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.ToyExperiment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Towers that learn apart: what one of them is given is nothing to the other. */
class ApartTest {
  private static final String STAGES =
      """
      stages = [{
        strategy = apart, objective.type = apart, steps = 3, batch-size = 8
        optimizer { learning-rate = 1e-2, clip = 0.1 }
      }]
      input.augment { crop = [0.5, 1], flip = 0.5 }
      """;

  @TempDir private Path folder;
  private Path experiment;
  private List<String> texts;
  private List<String> images;

  @BeforeEach
  void writePairs() throws IOException {
    experiment = ToyExperiment.write(folder, ToyExperiment.RESNET, STAGES);
    List<String[]> rows =
        Files.readAllLines(folder.resolve("train.csv")).stream()
            .skip(1)
            .map(row -> row.split(","))
            .toList();
    texts = rows.stream().map(row -> row[0]).toList();
    images = rows.stream().map(row -> row[1]).toList();
  }

  @Test
  void theImageTowerLearnsTheSameWhateverTheTexts() throws IOException {
    Map<String, float[]> first = trained("first", texts, images);
    Map<String, float[]> other = trained("other", reversed(texts), images);

    assertSame(first, other, "image/");
    assertThat(first.get("text/encoder/0/mlp/up/kernel"))
        .isNotEqualTo(other.get("text/encoder/0/mlp/up/kernel"));
  }

  @Test
  void theTextTowerLearnsTheSameWhateverTheImages() throws IOException {
    Map<String, float[]> first = trained("first", texts, images);
    Map<String, float[]> other = trained("other", texts, reversed(images));

    assertSame(first, other, "text/");
    assertThat(first.get("image/stem/convolution/kernel"))
        .isNotEqualTo(other.get("image/stem/convolution/kernel"));
  }

  private static void assertSame(
      Map<String, float[]> first, Map<String, float[]> other, String side) {
    Map<String, float[]> ofSide = new TreeMap<>(first);
    ofSide.keySet().removeIf(name -> !name.contains(side));

    assertThat(ofSide).isNotEmpty();
    ofSide.forEach((name, value) -> assertThat(other.get(name)).as(name).isEqualTo(value));
  }

  private static List<String> reversed(List<String> list) {
    List<String> result = new ArrayList<>(list);
    Collections.reverse(result);
    return result;
  }

  private Map<String, float[]> trained(String name, List<String> texts, List<String> images)
      throws IOException {
    StringBuilder rows = new StringBuilder("text,image_path\n");
    for (int i = 0; i < texts.size(); i++) {
      rows.append(texts.get(i)).append(',').append(images.get(i)).append('\n');
    }
    Path csv = Files.writeString(folder.resolve(name + ".csv"), rows);
    Path checkpoints = folder.resolve(name);
    // A vocabulary that is built may have its tokens in another order.
    ToyTraining.run(
        ToyTraining.of(
            experiment, checkpoints, "data.train=" + csv, "tokenizer.vocabulary=" + vocabulary()),
        new TrainingListener() {});
    return ToyTraining.values(checkpoints.resolve("step-000003"));
  }

  private Path vocabulary() throws IOException {
    List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    texts.stream()
        .flatMap(text -> text.chars().mapToObj(Character::toString))
        .distinct()
        .forEach(tokens::add);
    return Files.write(folder.resolve("vocab.txt"), tokens);
  }
}
