package dev.lockstep.serve;

import static dev.lockstep.serve.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lockstep.export.StoredPrecision;
import dev.lockstep.export.TinyModel;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.tensorflow.VariableValues;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The addresses and bodies are those that TensorFlow Serving's and OpenAI's documents give. */
class ModelServerTest {
  private static final Path IMAGES = Path.of("src/test/resources/preprocess");
  private static final String PREDICT = "/v1/models/tiny:predict";

  @TempDir private static Path folder;
  private static TinyModel model;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    model = new TinyModel(folder, 3);
    model.export(folder.resolve("models/1"), StoredPrecision.FLOAT32);
    Path images = Files.createDirectories(folder.resolve("images/things"));
    for (String name : new String[] {"0.jpg", "3.png", "5.png"}) {
      Files.copy(IMAGES.resolve(name), images.resolve(name));
    }
    Files.writeString(images.resolve("broken.png"), "no image");
    Files.createSymbolicLink(images.resolve("link.png"), IMAGES.resolve("4.png").toAbsolutePath());
    server =
        new RunningServer(
            folder.resolve("models"),
            Optional.of(folder.resolve("images")),
            folder.resolve("index"),
            Optional.empty(),
            Limits.DEFAULT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void tellsAModelsState() {
    String available =
        """
        {"model_version_status":[{"version":"1","state":"AVAILABLE",\
        "status":{"error_code":"OK","error_message":""}}]}\
        """;
    assertThat(server.get("/v1/models/tiny").body()).isEqualTo(available);
    assertThat(server.get("/v1/models/tiny/versions/1").body()).isEqualTo(available);
  }

  @Test
  void tellsItsSignatures() {
    JsonObject json = json(server.get("/v1/models/tiny/metadata")).getAsJsonObject();
    assertThat(json.getAsJsonObject("model_spec"))
        .hasToString("{\"name\":\"tiny\",\"signature_name\":\"\",\"version\":\"1\"}");
    JsonObject signatures =
        json.getAsJsonObject("metadata")
            .getAsJsonObject("signature_def")
            .getAsJsonObject("signature_def");
    JsonObject pixels =
        signatures
            .getAsJsonObject("encode_pixels")
            .getAsJsonObject("inputs")
            .getAsJsonObject("pixels");
    assertThat(pixels.get("dtype").getAsString()).isEqualTo("DT_UINT8");
    assertThat(pixels.getAsJsonObject("tensor_shape").getAsJsonArray("dim").get(1))
        .hasToString("{\"size\":\"16\",\"name\":\"height\"}");
    assertThat(signatures.getAsJsonObject("encode_text").get("method_name").getAsString())
        .isEqualTo("tensorflow/serving/predict");
  }

  @Test
  void predictsByRowAndByColumnWhatTheModelGives() {
    int[] ids = model.tokenizer().encode("红色的汽车");
    float[] expected = textEmbedding(ids);
    String row =
        "{\"input_ids\":%s,\"attention_mask\":%s}"
            .formatted(Arrays.toString(ids), Arrays.toString(ones(ids.length)));
    JsonArray byRow =
        json(server.post(PREDICT, "{\"instances\":[" + row + "," + row + "]}"))
            .getAsJsonObject()
            .getAsJsonArray("predictions");
    assertThat(byRow).hasSize(2);
    assertThat(floats(byRow.get(1).getAsJsonArray())).containsExactly(expected, within(1e-6f));

    String columns =
        "{\"signature_name\":\"encode_text\",\"inputs\":{\"input_ids\":[%s],\"attention_mask\":[%s]}}"
            .formatted(Arrays.toString(ids), Arrays.toString(ones(ids.length)));
    JsonArray byColumn =
        json(server.post("/v1/models/tiny/versions/1:predict", columns))
            .getAsJsonObject()
            .getAsJsonArray("outputs");
    assertThat(floats(byColumn.get(0).getAsJsonArray())).containsExactly(expected, within(1e-6f));
  }

  @Test
  void takesEncodedImagesAsBase64AndFlagsADamagedOne() throws IOException {
    String body =
        "{\"signature_name\":\"encode_image\",\"instances\":[%s,{\"b64\":\"aGVsbG8=\"},{\"image_bytes\":%s}]}"
            .formatted(b64("3.png"), b64("0.jpg"));
    JsonArray predictions =
        json(server.post(PREDICT, body)).getAsJsonObject().getAsJsonArray("predictions");
    assertThat(predictions)
        .extracting(row -> row.getAsJsonObject().get("image_ok").getAsBoolean())
        .containsExactly(true, false, true);
    assertThat(floats(predictions.get(1).getAsJsonObject().getAsJsonArray("image_embedding")))
        .containsOnly(0f);
  }

  @Test
  void comparesTextsWithImages() throws IOException {
    String body =
        """
        {"signature_name":"similarity","inputs":{"input_ids":[[2,3],[2,3]],
        "attention_mask":[[1,1],[1,1]],"image_bytes":[%s]}}\
        """
            .formatted(b64("3.png"));
    JsonObject outputs =
        json(server.post(PREDICT, body)).getAsJsonObject().getAsJsonObject("outputs");
    assertThat(outputs.getAsJsonArray("similarity")).hasSize(2);
    assertThat(outputs.getAsJsonArray("similarity").get(0).getAsJsonArray()).hasSize(1);
    assertThat(outputs.getAsJsonArray("image_ok").get(0).getAsBoolean()).isTrue();
  }

  @Test
  void refusesWrongRequestsAsTensorFlowServingDoes() {
    refuses(PREDICT, "{}", 400, "Missing 'inputs' or 'instances' key");
    refuses(PREDICT, "{\"instances\":[]}", 400, "one element at least");
    refuses(PREDICT, "{\"instances\":[1]", 400, "JSON Parse error");
    refuses(PREDICT, "{\"signature_name\":\"x\",\"instances\":[1]}", 400, "\"x\" not found");
    refuses(PREDICT, "{\"instances\":[{\"input_ids\":[2,3]}]}", 400, "attention_mask");
    refuses(PREDICT, text("[2,\"a\"]", "[1,1]"), 400, "\"a\" Type: String is not of expected type");
    refuses(PREDICT, text("[2,1e99]", "[1,1]"), 400, "int32");
    refuses(PREDICT, text("[2,999]", "[1,1]"), 400, "there is no token 999");
    refuses(PREDICT, text("[2,3]", "[1]"), 400, "differ in shape");
    refuses(PREDICT, text("[2,3]", "[0,0]"), 400, "leaves nothing");
    refuses("/v1/models/other:predict", "{}", 404, "Servable not found for request: Latest(other)");
    refuses("/v1/models/tiny/versions/7:predict", "{}", 404, "Specific(tiny, 7)");
    refuses(
        "/v1/models/tiny:regress", "{}", 400, "Malformed request: POST /v1/models/tiny:regress");
  }

  @Test
  void embedsTextsInTheFormOfOpenAi() {
    String body = "{\"model\":\"tiny\",\"input\":[\"红色的汽车\",\"蓝天\"]}";
    JsonObject json = json(server.post("/v1/embeddings", body)).getAsJsonObject();
    JsonObject second = json.getAsJsonArray("data").get(1).getAsJsonObject();
    float[] expected = textEmbedding(model.tokenizer().encode("蓝天"));
    assertThat(json.get("object").getAsString()).isEqualTo("list");
    assertThat(second.get("index").getAsInt()).isEqualTo(1);
    assertThat(floats(second.getAsJsonArray("embedding"))).containsExactly(expected, within(1e-5f));
    // [CLS] 红 色 的 汽 车 [SEP] and [CLS] 蓝 天 [SEP].
    assertThat(json.getAsJsonObject("usage").get("total_tokens").getAsInt()).isEqualTo(7 + 4);
  }

  @Test
  void givesEmbeddingsAsBase64WhereAClientAsksForThem() {
    String body = "{\"input\":\"蓝天\",\"encoding_format\":\"base64\"}";
    String base64 =
        json(server.post("/v1/embeddings", body))
            .getAsJsonObject()
            .getAsJsonArray("data")
            .get(0)
            .getAsJsonObject()
            .get("embedding")
            .getAsString();
    float[] values = new float[8];
    ByteBuffer.wrap(Base64.getDecoder().decode(base64))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    assertThat(values)
        .containsExactly(textEmbedding(model.tokenizer().encode("蓝天")), within(1e-5f));
  }

  @Test
  void tellsAnEmbeddingClientsErrorsInItsOwnForm() {
    HttpResponse<String> response =
        server.post("/v1/embeddings", "{\"model\":\"gpt\",\"input\":\"a\"}");
    assertThat(response.statusCode()).isEqualTo(404);
    JsonObject error = json(response).getAsJsonObject().getAsJsonObject("error");
    assertThat(error.get("message").getAsString()).contains("`gpt` does not exist");
    assertThat(error.keySet()).containsExactlyInAnyOrder("message", "type", "param", "code");
  }

  @Test
  void findsAnImageByItself() throws IOException {
    JsonArray results = search("{\"images\":[" + b64("3.png") + "],\"k\":2}");
    assertThat(results).hasSize(2);
    JsonObject first = results.get(0).getAsJsonObject();
    assertThat(first.get("image").getAsString()).isEqualTo("things/3.png");
    assertThat(first.get("score").getAsFloat()).isCloseTo(1, within(1e-5f));
    assertThat(first.get("category").getAsString()).isEqualTo("things");
    HttpResponse<String> image = server.get("/" + first.get("url").getAsString());
    assertThat(image.headers().firstValue("Content-Type")).contains("image/png");
  }

  @Test
  void mixesTextsWithImages() throws IOException {
    String image = "{\"texts\":[\"蓝天\"],\"images\":[%s],\"k\":3}".formatted(b64("3.png"));
    double alone = scoreOf("things/3.png", search("{\"texts\":[\"蓝天\"],\"k\":3}"));
    double mixed = scoreOf("things/3.png", search(image));
    // For unit vectors of cosine c, their mean has a cosine of sqrt((1 + c) / 2) with each.
    assertThat(mixed).isCloseTo(Math.sqrt((1 + alone) / 2), within(1e-5));
  }

  @Test
  void pagesThroughTheResults() {
    JsonArray all = results(server.get("/search?q=%E8%93%9D%E5%A4%A9&k=3"));
    JsonArray rest = results(server.get("/search?q=%E8%93%9D%E5%A4%A9&k=2&offset=1"));
    assertThat(rest.get(0)).isEqualTo(all.get(1));
    assertThat(rest.get(1)).isEqualTo(all.get(2));
  }

  @Test
  void leavesOutWhatDoesNotDecodeAndWhatALinkLeadsTo() {
    JsonObject facts = json(server.get("/facts")).getAsJsonObject();
    assertThat(facts.get("images").getAsInt()).isEqualTo(3);
    assertThat(facts.get("damaged").getAsInt()).isEqualTo(1);
    assertThat(server.told()).anyMatch(line -> line.contains("things/broken.png"));
  }

  @Test
  void placesImagesInTwoDimensions() {
    JsonObject space = json(server.get("/space")).getAsJsonObject();
    assertThat(space.getAsJsonArray("points")).hasSize(3);
    assertThat(space.get("texts").getAsInt()).isZero();
  }

  @Test
  void countsForPrometheus() {
    server.get("/health");
    String metrics = server.get("/metrics").body();
    assertThat(metrics)
        .contains("lockstep_requests_total{endpoint=\"/health\",status=\"200\"} ")
        .contains("lockstep_model_version 1\n")
        .contains("lockstep_indexed_images 3\n");
    for (String line : metrics.split("\n", -1)) {
      assertThat(line).matches("|# (HELP|TYPE) .*|[a-z_]+(\\{.*\\})? [-0-9.E]+");
    }
  }

  @Test
  void saysWhichMethodsAnAddressHas() {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/search"))
            .method("DELETE", BodyPublishers.noBody())
            .build();
    HttpResponse<String> response = server.send(request);
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow").orElseThrow()).contains("GET", "POST");
    assertThat(json(response).getAsJsonObject().get("error").getAsString()).contains("DELETE");
  }

  @Test
  void protectsThePageThatItGives() {
    HttpResponse<String> page = server.get("/");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "frame-ancestors 'none'");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(page.headers().firstValue("Server")).isEmpty();
  }

  private static void refuses(String path, String body, int status, String message) {
    HttpResponse<String> response = server.post(path, body);
    assertThat(response.statusCode()).as(body).isEqualTo(status);
    assertThat(json(response).getAsJsonObject().get("error").getAsString())
        .as(body)
        .contains(message);
  }

  private static String text(String ids, String mask) {
    return "{\"instances\":[{\"input_ids\":%s,\"attention_mask\":%s}]}".formatted(ids, mask);
  }

  private static JsonArray search(String body) {
    return results(server.post("/search", body));
  }

  private static JsonArray results(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response).getAsJsonObject().getAsJsonArray("results");
  }

  private static double scoreOf(String image, JsonArray results) {
    return results.asList().stream()
        .map(result -> result.getAsJsonObject())
        .filter(result -> result.get("image").getAsString().equals(image))
        .mapToDouble(result -> result.get("score").getAsDouble())
        .findFirst()
        .orElseThrow();
  }

  private static String b64(String image) throws IOException {
    byte[] bytes = Files.readAllBytes(IMAGES.resolve(image));
    return "{\"b64\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}";
  }

  private static int[] ones(int count) {
    int[] ones = new int[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static float[] floats(JsonArray array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsFloat();
    }
    return values;
  }

  private static float[] textEmbedding(int[] ids) {
    Shape shape = Shape.of(1, ids.length);
    try (SavedModelBundle bundle =
            SavedModelBundle.load(folder.resolve("models/1").toString(), "serve");
        TInt32 inputIds = TInt32.tensorOf(shape, DataBuffers.of(ids));
        TInt32 mask = TInt32.tensorOf(shape, DataBuffers.of(ones(ids.length)));
        Result result =
            bundle
                .function("encode_text")
                .call(Map.of("input_ids", inputIds, "attention_mask", mask))) {
      return VariableValues.floats((TFloat32) result.get(0));
    }
  }
}
