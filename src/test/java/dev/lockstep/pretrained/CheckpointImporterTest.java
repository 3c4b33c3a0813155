package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.PositionEmbeddings;
import dev.lockstep.model.Side;
import dev.lockstep.pretrained.ImportTable.Outcome;
import dev.lockstep.pretrained.ImportTable.Row;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** What is matched, converted, missing and left over, on transformers' small ChineseCLIPModel. */
class CheckpointImporterTest {
  private static final Set<Side> BOTH = Set.of(Side.IMAGE, Side.TEXT);

  @TempDir Path folder;
  private Checkpoint checkpoint;

  @BeforeEach
  void open() {
    checkpoint = Checkpoint.open(Resources.path("references/transformers-chinese-clip"));
  }

  @AfterEach
  void close() {
    checkpoint.close();
  }

  private ImportPlan plan(Map<String, Shape> variables, Set<Side> sides, String... allowed) {
    return CheckpointImporter.plan(checkpoint, variables, sides, List.of(allowed));
  }

  @Test
  void eachVariableHasItsRow() {
    ImportPlan plan =
        plan(
            Map.of(
                "image/patch-embedding/kernel", Shape.of(4, 4, 3, 24),
                "image/pre-norm/scale", Shape.of(24),
                "text/encoder/2/attention/query-key-value/bias", Shape.of(144),
                "shared/logit-scale", Shape.scalar(),
                "optimizer/mean/image/pre-norm/scale", Shape.of(24)),
            BOTH);

    assertThat(plan.table().rows())
        .containsExactlyInAnyOrder(
            new Row(
                "image/patch-embedding/kernel",
                Shape.of(4, 4, 3, 24),
                Outcome.CONVERTED,
                List.of("vision_model.embeddings.patch_embedding.weight"),
                "[out, in, height, width] to [height, width, in, out]"),
            new Row(
                "image/pre-norm/scale",
                Shape.of(24),
                Outcome.MATCHED,
                List.of("vision_model.pre_layrnorm.weight"),
                ""),
            new Row(
                "text/encoder/2/attention/query-key-value/bias",
                Shape.of(144),
                Outcome.CONVERTED,
                List.of(
                    "text_model.encoder.layer.2.attention.self.query.bias",
                    "text_model.encoder.layer.2.attention.self.key.bias",
                    "text_model.encoder.layer.2.attention.self.value.bias"),
                "3 side by side"),
            new Row(
                "shared/logit-scale", Shape.scalar(), Outcome.MATCHED, List.of("logit_scale"), ""));
    assertThat(plan.table().lines().get(plan.table().rows().size() + 1))
        .isEqualTo("matched 2, converted 2, missing 0, not in this layout 0, left over 89");
  }

  @Test
  void whatIsNotAskedForIsNotLeftOver() {
    ImportPlan plan = plan(Map.of("text/embeddings/word", Shape.of(400, 48)), Set.of(Side.TEXT));
    assertThat(plan.variables()).containsExactly("text/embeddings/word");
    assertThat(plan.table().notAskedFor()).isEqualTo(41);
    assertThat(plan.table().leftOver())
        .contains("text_model.embeddings.position_embeddings.weight")
        .noneMatch(name -> name.startsWith("vision_model."));
  }

  @Test
  void layersThatTheModelHasNotAreLeftOver() {
    Map<String, Shape> shallow = new LinkedHashMap<>();
    shallow.put("text/encoder/0/mlp/up/bias", Shape.of(56));
    assertThat(plan(shallow, Set.of(Side.TEXT)).table().leftOver())
        .contains("text_model.encoder.layer.1.intermediate.dense.bias");
  }

  @Test
  void aVariableThatIsMissingIsAnErrorUnlessAllowed() {
    Map<String, Shape> deep = Map.of("text/encoder/3/mlp/up/bias", Shape.of(56));
    assertThatThrownBy(() -> plan(deep, BOTH))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it lacks 1 of the model's variables")
        .hasMessageContaining("text/encoder/3/mlp/up/bias [56]")
        .hasMessageContaining("no text_model.encoder.layer.3.intermediate.dense.bias");

    ImportPlan plan = plan(deep, BOTH, "text/encoder/3");
    assertThat(plan.variables()).isEmpty();
    assertThat(plan.table().count(Outcome.MISSING)).isEqualTo(1);
    assertThatThrownBy(() -> plan(deep, BOTH, "text/encoder/33", "text/enc"))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aPartThatTheLayoutHasNotIsMissing() {
    assertThatThrownBy(() -> plan(Map.of("text/final-norm/scale", Shape.of(48)), BOTH))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("models of this layout have no such part");
  }

  @Test
  void anotherVocabularyIsSaidSo() {
    Map<String, Shape> words = Map.of("text/embeddings/word", Shape.of(21128, 48));
    assertThatThrownBy(() -> plan(words, BOTH))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "text_model.embeddings.word_embeddings.weight has the shape [400, 48]")
        .hasMessageContaining("text/embeddings/word [21128, 48]")
        .hasMessageContaining("the vocabularies differ");
    assertThat(plan(words, BOTH, "text/embeddings/word").table().count(Outcome.MISSING))
        .isEqualTo(1);
  }

  @Test
  void anotherWidthNamesBothSides() {
    assertThatThrownBy(
            () ->
                plan(
                    Map.of("text/encoder/0/attention/query-key-value/kernel", Shape.of(32, 96)),
                    BOTH))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("attention.self.query.weight has the shape [48, 48]")
        .hasMessageContaining("query-key-value/kernel [32, 96] needs [32, 32]");
  }

  @Test
  void positionsOfAnotherImageSizeAreResized() {
    String variable = "image/position-embedding";
    ImportPlan plan = plan(Map.of(variable, Shape.of(37, 24)), BOTH);
    assertThat(plan.table().rows().get(0).how()).isEqualTo("grid of 4x4 to 6x6, bicubic");
    float[] whole = checkpoint.floats("vision_model.embeddings.position_embedding.weight");
    assertThat(plan.value(variable))
        .hasSize(37 * 24)
        .isEqualTo(PositionEmbeddings.interpolated(whole, 24, 6))
        .startsWith(Arrays.copyOf(whole, 24));
  }

  @Test
  void shorterTextsTakeTheFirstPositions() {
    String variable = "text/embeddings/position";
    ImportPlan plan = plan(Map.of(variable, Shape.of(11, 48)), BOTH);
    assertThat(plan.table().rows().get(0).how()).isEqualTo("the first 11 of 18 positions");
    assertThat(plan.value(variable))
        .isEqualTo(
            Arrays.copyOf(
                checkpoint.floats("text_model.embeddings.position_embeddings.weight"), 11 * 48));
    assertThatThrownBy(() -> plan(Map.of(variable, Shape.of(19, 48)), BOTH))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("set model.text.positions");
  }

  @Test
  void aTowerAloneHasNoProjectionAndNoOtherSide() {
    try (Checkpoint bert = Checkpoint.open(Resources.path("references/transformers-bert"))) {
      Map<String, Shape> variables =
          Map.of("text/pooler/bias", Shape.of(32), "text/projection/kernel", Shape.of(32, 28));
      ImportPlan plan = CheckpointImporter.plan(bert, variables, Set.of(Side.TEXT), List.of());
      assertThat(plan.variables()).containsExactly("text/pooler/bias");
      assertThat(plan.table().count(Outcome.NOT_IN_LAYOUT)).isEqualTo(1);

      assertThatThrownBy(() -> CheckpointImporter.plan(bert, variables, BOTH, List.of()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no image tower")
          .hasMessageContaining("model.text.pretrained");
    }
  }

  @Test
  void oldNamesOfNormsAndLockstepsOwnNamesAreKnown() {
    Map<String, float[]> values =
        Map.of(
            "bert.embeddings.word_embeddings.weight", new float[] {1, 2},
            "bert.embeddings.LayerNorm.gamma", new float[] {3},
            "bert.embeddings.LayerNorm.beta", new float[] {4});
    Path old = folder.resolve("old.safetensors");
    SafetensorsWriter.write(
        old,
        Map.of(
            "bert.embeddings.word_embeddings.weight", Shape.of(2, 1),
            "bert.embeddings.LayerNorm.gamma", Shape.of(1),
            "bert.embeddings.LayerNorm.beta", Shape.of(1)),
        values::get);
    Map<String, Shape> variables =
        Map.of(
            "text/embeddings/word", Shape.of(2, 1),
            "text/embeddings/norm/scale", Shape.of(1),
            "text/embeddings/norm/offset", Shape.of(1));
    Path own = folder.resolve("own.safetensors");
    try (Checkpoint bert = Checkpoint.open(old)) {
      ImportPlan plan = CheckpointImporter.plan(bert, variables, Set.of(Side.TEXT), List.of());
      assertThat(plan.value("text/embeddings/norm/scale")).containsExactly(3);
      assertThat(plan.value("text/embeddings/norm/offset")).containsExactly(4);
      SafetensorsWriter.write(own, variables, plan::value);
    }
    try (Checkpoint lockstep = Checkpoint.open(own)) {
      assertThat(lockstep.layout().label()).isEqualTo("Lockstep's own");
      ImportPlan plan = CheckpointImporter.plan(lockstep, variables, Set.of(Side.TEXT), List.of());
      assertThat(plan.table().count(Outcome.MATCHED)).isEqualTo(3);
      assertThat(plan.value("text/embeddings/word")).containsExactly(1, 2);
    }
  }

  @Test
  void aFileOfNoKnownLayoutIsRefused() {
    assertThatThrownBy(() -> Checkpoint.open(Resources.path("pretrained/types.safetensors")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no layout that is known")
        .hasMessageContaining("transformers' ChineseCLIPModel");
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there are no weights in it");
  }
}
