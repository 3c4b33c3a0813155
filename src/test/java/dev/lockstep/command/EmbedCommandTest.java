package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.pretrained.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** Against transformers; see {@code src/test/resources/embed/make.py}. */
class EmbedCommandTest {
  private static final Path PAIRS = Invocation.resource("embed/pairs.csv");

  @TempDir Path folder;
  private Path model;
  private Path out;

  @BeforeEach
  void copyModel() throws IOException {
    model = Files.createDirectory(folder.resolve("model"));
    Path reference = Invocation.resource("references/transformers-chinese-clip");
    for (String name : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(reference.resolve(name), model.resolve(name));
    }
    Files.copy(Invocation.resource("embed/vocab.txt"), model.resolve("vocab.txt"));
    out = folder.resolve("embeddings.safetensors");
  }

  @Test
  void aFolderInTransformersFormGivesItsEmbeddings() throws IOException {
    Invocation embed = Invocation.of("embed", model, "--pairs", PAIRS, "--out", out);

    assertThat(embed.exitStatus()).as(embed.err()).isZero();
    assertThat(embed.out()).contains("image_embeds [4, 28] and text_embeds [4, 28]");
    assertIsExpected();
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(model, out);
    }
  }

  @Test
  void anImportOfItGivesTheSame() {
    Path imported = folder.resolve("imported");
    assertThat(Invocation.of("import", model, "--out", imported).exitStatus()).isZero();

    Invocation embed = Invocation.of("embed", imported, "--pairs", PAIRS, "--out", out);

    assertThat(embed.exitStatus()).as(embed.err()).isZero();
    assertIsExpected();
  }

  private void assertIsExpected() {
    try (SafetensorsFile made = new SafetensorsFile(out);
        SafetensorsFile expected =
            new SafetensorsFile(Invocation.resource("embed/expected.safetensors"))) {
      assertThat(made.names()).containsExactlyInAnyOrderElementsOf(expected.names());
      for (String name : expected.names()) {
        assertThat(made.shape(name)).isEqualTo(Shape.of(4, 28));
        assertThat(made.floats(name)).containsExactly(expected.floats(name), within(1e-5f));
      }
    }
  }

  @Test
  void aRowThatCannotBeUsedIsAnErrorUnlessLeftOut() throws IOException {
    Files.copy(Invocation.resource("embed/0.png"), folder.resolve("0.png"));
    Path pairs = folder.resolve("pairs.csv");
    Files.writeString(pairs, "text,image_path\n红,missing.png\n一只,0.png\n");

    Invocation strict = Invocation.of("embed", model, "--pairs", pairs, "--out", out);
    assertThat(strict.exitStatus()).isEqualTo(1);
    assertThat(strict.err())
        .contains("1 rows cannot be used", "line 2: no such file", "--leave-out");
    assertThat(out).doesNotExist();

    Invocation lenient =
        Invocation.of("embed", model, "--pairs", pairs, "--out", out, "--leave-out");
    assertThat(lenient.exitStatus()).isZero();
    assertThat(lenient.err()).contains("left out", "line 2: no such file");
    assertThat(lenient.out()).contains("image_embeds [1, 28]");
  }

  @Test
  void aFolderWithoutAVocabularyIsRefused() throws IOException {
    Files.delete(model.resolve("vocab.txt"));
    Invocation embed = Invocation.of("embed", model, "--pairs", PAIRS, "--out", out);
    assertThat(embed.exitStatus()).isEqualTo(2);
    assertThat(embed.err()).contains("no vocab.txt beside the weights");
  }

  @Test
  void aVocabularyOfAnotherModelIsRefused() throws IOException {
    StringBuilder more = new StringBuilder(Files.readString(model.resolve("vocab.txt")));
    for (int i = 0; i < 20; i++) {
      more.append("more").append(i).append('\n');
    }
    Files.writeString(model.resolve("vocab.txt"), more);
    Invocation embed = Invocation.of("embed", model, "--pairs", PAIRS, "--out", out);
    assertThat(embed.exitStatus()).isEqualTo(2);
    assertThat(embed.err()).contains("410 tokens, but the model's table has 400 rows");
  }

  @Test
  void whatIsNoModelIsRefused() {
    Invocation nothing =
        Invocation.of("embed", folder.resolve("none"), "--pairs", PAIRS, "--out", out);
    assertThat(nothing.exitStatus()).isEqualTo(2);
    assertThat(nothing.err()).contains("there is no such folder");

    Invocation tower =
        Invocation.of(
            "embed",
            Invocation.resource("references/transformers-vit"),
            "--pairs",
            PAIRS,
            "--out",
            out);
    assertThat(tower.exitStatus()).isEqualTo(2);
    assertThat(tower.err()).contains("no model of images and texts", "model.image.pretrained");
  }
}
