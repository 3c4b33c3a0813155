package dev.lockstep.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.EmbeddedBatch;
import dev.lockstep.evaluate.Embeddings;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.text.Vocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

class SavedModelExporterTest {
  private static final Path IMAGES = Path.of("src/test/resources/preprocess");

  @TempDir private static Path folder;
  private static TinyModel model;
  private static Path exported;
  private static double difference;
  private static SavedModelBundle bundle;

  @BeforeAll
  static void export() throws IOException {
    model = new TinyModel(folder, 3);
    exported = ModelVersions.next(folder.resolve("models"));
    difference = model.export(exported, StoredPrecision.FLOAT32);
    bundle = SavedModelBundle.load(exported.toString(), SavedModelExporter.TAG);
  }

  @AfterAll
  static void close() {
    bundle.close();
  }

  @Test
  void embedsAsTheCheckpointDoes() {
    assertThat(difference).isLessThan(1e-6);
  }

  @Test
  void refusesToNameAModelThatEmbedsOtherwise() {
    EmbeddedBatch right = model.exporter().probe(model.checkpoint());
    float[] wrong = right.texts().values().clone();
    wrong[5] += 1e-3f;
    EmbeddedBatch expected =
        new EmbeddedBatch(
            right.count(),
            right.side(),
            right.pixels(),
            right.tokens(),
            right.inputIds(),
            right.attentionMask(),
            right.images(),
            new Embeddings(wrong, right.count(), 8));
    Path other = folder.resolve("other/1");
    Assertions.assertThatThrownBy(
            () ->
                model
                    .exporter()
                    .export(
                        model.checkpoint(), other, StoredPrecision.FLOAT32, expected, "tiny", null))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("differ");
    assertThat(ModelVersions.list(folder.resolve("other"))).isEmpty();
  }

  @Test
  void halfPrecisionHalvesTheWeightsAndKeepsTheEmbeddings() throws IOException {
    Path half = folder.resolve("half/1");
    double off = model.export(half, StoredPrecision.FLOAT16);
    // 11 significant bits: off by 2^-12 of a weight at most, and not by nothing.
    assertThat(off).isBetween(1e-7, 1e-3);
    String data = "variables/variables.data-00000-of-00001";
    assertThat((double) Files.size(half.resolve(data)))
        .isCloseTo(Files.size(exported.resolve(data)) / 2.0, within(100.0));
    assertThat(ModelCard.read(half).precision()).isEqualTo(StoredPrecision.FLOAT16);
  }

  @Test
  void itsSignaturesSayWhatTheirDimensionsAre() throws IOException {
    Map<String, SignatureDef> signatures =
        SavedModel.parseFrom(Files.readAllBytes(exported.resolve("saved_model.pb")))
            .getMetaGraphs(0)
            .getSignatureDefMap();
    assertThat(signatures.keySet())
        .contains("encode_text", "encode_image", "encode_pixels", "similarity", "serving_default");
    assertThat(signatures.get("encode_text").getMethodName())
        .isEqualTo("tensorflow/serving/predict");
    assertThat(
            dimensions(
                signatures.get("encode_text").getInputsOrThrow("input_ids").getTensorShape()))
        .containsExactly("batch=-1", "tokens=-1");
    assertThat(
            dimensions(signatures.get("encode_pixels").getInputsOrThrow("pixels").getTensorShape()))
        .containsExactly("batch=-1", "height=16", "width=16", "channels=3");
    assertThat(
            dimensions(
                signatures.get("similarity").getOutputsOrThrow("similarity").getTensorShape()))
        .containsExactly("texts=-1", "images=-1");
    assertThat(
            dimensions(
                signatures
                    .get("encode_image")
                    .getOutputsOrThrow("image_embedding")
                    .getTensorShape()))
        .containsExactly("batch=-1", "embedding=8");
  }

  @Test
  void aDamagedImageGetsAFlagAndZerosAndTheOthersWhatTheyGetAlone() throws IOException {
    byte[] png = Files.readAllBytes(IMAGES.resolve("3.png"));
    byte[] jpeg = Files.readAllBytes(IMAGES.resolve("0.jpg"));
    byte[] halfJpeg = Arrays.copyOf(jpeg, jpeg.length / 2);
    byte[] brokenPng = png.clone();
    Arrays.fill(brokenPng, png.length / 3, png.length / 2, (byte) 0);
    try (Result all =
            encodeImages(
                png,
                halfJpeg,
                new byte[0],
                jpeg,
                brokenPng,
                "<html>".getBytes(StandardCharsets.UTF_8));
        Result alone = encodeImages(png);
        Result other = encodeImages(jpeg)) {
      assertThat(flags(all)).containsExactly(true, false, false, true, false, false);
      float[] rows = embeddings(all);
      assertThat(Arrays.copyOfRange(rows, 0, 8)).containsExactly(embeddings(alone), within(1e-6f));
      assertThat(Arrays.copyOfRange(rows, 8, 24)).containsOnly(0f);
      assertThat(Arrays.copyOfRange(rows, 24, 32))
          .containsExactly(embeddings(other), within(1e-6f));
      assertThat(Arrays.copyOfRange(rows, 32, 48)).containsOnly(0f);
    }
  }

  @Test
  void anEmptyBatchOfImagesGivesNone() {
    try (Result none = encodeImages()) {
      assertThat(none.get("image_embedding").orElseThrow().shape()).isEqualTo(Shape.of(0, 8));
    }
  }

  @Test
  void similarityIsTheCosineOfBothEmbeddings() throws IOException {
    int[][] ids = {model.tokenizer().encode("红色的汽车"), model.tokenizer().encode("蓝天 白云天")};
    byte[] png = Files.readAllBytes(IMAGES.resolve("3.png"));
    try (TInt32 inputIds = TInt32.tensorOf(rows(ids, 0, 12));
        TInt32 mask = TInt32.tensorOf(rows(ids, 1, 12));
        TString images = bytes(png);
        Result text = call("encode_text", Map.of("input_ids", inputIds, "attention_mask", mask));
        Result image = encodeImages(png);
        Result both =
            call(
                "similarity",
                Map.of("input_ids", inputIds, "attention_mask", mask, "image_bytes", images))) {
      float[] texts = VariableValues.floats((TFloat32) text.get("text_embedding").orElseThrow());
      float[] similarity = VariableValues.floats((TFloat32) both.get("similarity").orElseThrow());
      float[] logits = VariableValues.floats((TFloat32) both.get("logits").orElseThrow());
      for (int row = 0; row < 2; row++) {
        double cosine = 0;
        for (int i = 0; i < 8; i++) {
          cosine += texts[row * 8 + i] * embeddings(image)[i];
        }
        assertThat((double) similarity[row]).isCloseTo(cosine, within(1e-6));
        assertThat(logits[row] / similarity[row]).isCloseTo(1 / 0.07f, within(1e-3f));
      }
    }
  }

  @Test
  void itsAssetsSayHowTextsAndImagesAreRead() {
    ModelCard card = ModelCard.read(exported);
    assertThat(card.tokenizer().contextLength()).isEqualTo(12);
    assertThat(card.preprocessing()).isEqualTo(model.preprocessor());
    assertThat(card.embedding()).isEqualTo(8);
    assertThat(card.provenance().get("checkpoint").getAsString()).isEqualTo("step-000001");
    assertThat(Vocabulary.read(exported.resolve("assets/vocab.txt")).toBytes())
        .isEqualTo(model.tokenizer().vocabulary().toBytes());
  }

  @Test
  void versionsCountUpwards() throws IOException {
    Path models = folder.resolve("counted");
    assertThat(ModelVersions.next(models)).isEqualTo(models.resolve("1"));
    for (String version : List.of("2", "10", "not-a-version", "3")) {
      Files.createDirectories(models.resolve(version));
      Files.writeString(models.resolve(version).resolve("saved_model.pb"), "");
    }
    Files.createDirectories(models.resolve("11"));
    assertThat(ModelVersions.list(models))
        .extracting(ModelVersions.Version::number)
        .containsExactly(2L, 3L, 10L);
    assertThat(ModelVersions.next(models)).isEqualTo(models.resolve("11"));
  }

  private static Result encodeImages(byte[]... images) {
    try (TString fed = bytes(images)) {
      return call("encode_image", Map.of("image_bytes", fed));
    }
  }

  private static TString bytes(byte[]... images) {
    NdArray<byte[]> array = NdArrays.ofObjects(byte[].class, Shape.of(images.length));
    for (int i = 0; i < images.length; i++) {
      array.setObject(images[i], i);
    }
    return TString.tensorOfBytes(array);
  }

  private static Result call(String signature, Map<String, Tensor> inputs) {
    return bundle.function(signature).call(inputs);
  }

  private static float[] embeddings(Result result) {
    return VariableValues.floats((TFloat32) result.get("image_embedding").orElseThrow());
  }

  private static boolean[] flags(Result result) {
    TBool tensor = (TBool) result.get("image_ok").orElseThrow();
    boolean[] flags = new boolean[(int) tensor.size()];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = tensor.getBoolean(i);
    }
    return flags;
  }

  /** Ids padded with 0, or (for {@code kind} 1) their mask. */
  private static org.tensorflow.ndarray.IntNdArray rows(int[][] ids, int kind, int tokens) {
    int[][] rows = new int[ids.length][tokens];
    for (int row = 0; row < ids.length; row++) {
      for (int i = 0; i < ids[row].length; i++) {
        rows[row][i] = kind == 0 ? ids[row][i] : 1;
      }
    }
    return org.tensorflow.ndarray.StdArrays.ndCopyOf(rows);
  }

  private static List<String> dimensions(TensorShapeProto shape) {
    return shape.getDimList().stream().map(d -> d.getName() + "=" + d.getSize()).toList();
  }
}
