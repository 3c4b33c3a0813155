package dev.lockstep.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.lockstep.export.StoredPrecision;
import dev.lockstep.export.TinyModel;
import dev.lockstep.serve.model.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that mean harm: each gets its status and an error in JSON, and the server goes on. */
class HostileRequestsTest {
  private static final String PREDICT = "/v1/models/tiny:predict";
  private static final Limits TIGHT =
      new Limits(
          100_000,
          16,
          20_000,
          250_000,
          4,
          Duration.ofSeconds(1),
          Duration.ofSeconds(20),
          4,
          Duration.ofMillis(1));

  @TempDir private static Path folder;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    new TinyModel(folder, 3).export(folder.resolve("models/1"), StoredPrecision.FLOAT32);
    Path images = Files.createDirectories(folder.resolve("images"));
    Files.copy(Path.of("src/test/resources/preprocess/3.png"), images.resolve("3.png"));
    Files.writeString(folder.resolve("secret.png"), "secret");
    server =
        new RunningServer(
            folder.resolve("models"),
            Optional.of(images),
            folder.resolve("index"),
            Optional.empty(),
            TIGHT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void isHealthyAfterwards() {
    assertThat(server.get("/health").statusCode()).isEqualTo(200);
    assertThat(server.post("/v1/embeddings", "{\"input\":\"蓝天\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void aThousandBrokenBodiesAreEachRefused() {
    Random random = new Random(11);
    List<String> sound =
        List.of(
            "{\"signature_name\":\"encode_text\",\"instances\":[{\"input_ids\":[2,3],\"attention_mask\":[1,1]}]}",
            "{\"texts\":[\"蓝天\"],\"images\":[{\"b64\":\"aGVsbG8=\"}],\"k\":3}",
            "{\"input\":[\"蓝天\"],\"model\":\"tiny\"}");
    List<String> parts =
        List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            ",",
            ":",
            "null",
            "1e999",
            "-1e400",
            "NaN",
            "\\u0000",
            "true",
            "9".repeat(400),
            "[".repeat(3000),
            "{\"b64\":1}",
            "\ud83d",
            "1e999999999");
    List<String> addresses = List.of(PREDICT, "/search", "/v1/embeddings");
    for (int i = 0; i < 1000; i++) {
      int which = random.nextInt(3);
      StringBuilder body = new StringBuilder(sound.get(which));
      for (int change = 0; change <= random.nextInt(3); change++) {
        int at = random.nextInt(body.length());
        if (random.nextBoolean()) {
          body.insert(at, parts.get(random.nextInt(parts.size())));
        } else {
          body.delete(at, Math.min(body.length(), at + 1 + random.nextInt(8)));
        }
      }
      HttpResponse<String> response = server.post(addresses.get(which), body.toString());
      // A change may leave a request that is right.
      assertThat(response.statusCode()).as(body.toString()).isIn(200, 400, 404);
      assertThat(JsonParser.parseString(response.body()).isJsonObject()).isTrue();
      if (response.statusCode() != 200) {
        assertThat(response.body()).contains("\"error\"");
      }
    }
  }

  @Test
  void noPathLeadsOutOfTheImages() throws IOException {
    for (String path :
        List.of(
            "/images/../secret.png",
            "/images/..%2fsecret.png",
            "/images/%2e%2e/secret.png",
            "/images/..%5csecret.png",
            "/images/....//secret.png",
            "/images/0/../../secret.png",
            "/images/%00",
            "/images//etc/passwd",
            "/images/-1",
            "/images/99999999999",
            "/images/1",
            "/../../../etc/passwd",
            "/page.css/../../secret.png",
            "/images/0;/../secret.png")) {
      String answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(path).startsWith("HTTP/1.1 4").contains("{\"error\":").endsWith("}");
      assertThat(answer).doesNotContain("secret\n", "root:");
    }
  }

  @Test
  void anImageThatHasBecomeALinkIsNotGiven(@TempDir Path other) throws IOException {
    Path images = Files.createDirectories(other.resolve("images"));
    Path image = images.resolve("3.png");
    Files.copy(Path.of("src/test/resources/preprocess/3.png"), image);
    try (RunningServer own =
        new RunningServer(
            folder.resolve("models"),
            Optional.of(images),
            other.resolve("index"),
            Optional.empty(),
            TIGHT)) {
      assertThat(own.get("/images/0").statusCode()).isEqualTo(200);
      Files.delete(image);
      Files.createSymbolicLink(image, folder.resolve("secret.png"));
      assertThat(own.get("/images/0").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void eachLimitHasItsStatus() throws IOException {
    assertThat(server.post("/search", "{\"texts\":[\"" + "蓝".repeat(50_000) + "\"]}").statusCode())
        .isEqualTo(413);
    String many = "[" + "\"a\",".repeat(16) + "\"a\"]";
    refuses("/v1/embeddings", "{\"input\":" + many + "}", 413, "up to 16");
    refuses("/search", "{\"texts\":[\"" + "a".repeat(2001) + "\"]}", 400, "characters");
    refuses("/search?q=a&k=501", null, 400, "from 1 to 500");
    refuses("/search?q=a&k=0x1", null, 400, "from 1 to 500");
    refuses("/search?q=a&offset=10001", null, 400, "from 0 to 10000");
    refuses("/search?q=%20", null, 400, "characters");
    refuses("/search", image(new byte[20_001]), 413, "up to 20,000");
    refuses("/search", image(png(600, 600)), 413, "360,000 pixels");
    refuses("/search", image(png(60_000, 60_000)), 413, "pixels");
    refuses("/search", image("hello".getBytes(StandardCharsets.UTF_8)), 400, "does not decode");
    refuses("/search", "{\"like\":[7]}", 404, "no image 7");
  }

  @Test
  void aBodyThatDawdlesIsGivenUp() throws IOException {
    String head =
        "POST " + PREDICT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"instances\":";
    assertThat(raw(head)).startsWith("HTTP/1.1 408").contains("{\"error\":");
  }

  @Test
  void whatJettyRefusesIsJsonToo() throws IOException {
    assertThat(raw("GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("{\"error\":");
    assertThat(raw("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 414")
        .contains("{\"error\":");
    assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400").contains("{\"error\":");
    assertThat(raw("TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 405")
        .contains("{\"error\":");
  }

  @Test
  void beyondTheQueueItSaysSoAtOnceAndAnswersTheOthers() {
    String body = "{\"input\":[" + "\"蓝天白云\",".repeat(15) + "\"a\"]}";
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/v1/embeddings"))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      answers.add(server.client().sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    assertThat(answers)
        .extracting(answer -> answer.join().statusCode())
        .contains(200, 429)
        .isSubsetOf(200, 429);
    assertThat(answers)
        .filteredOn(answer -> answer.join().statusCode() == 429)
        .allSatisfy(
            answer -> assertThat(answer.join().headers().firstValue("Retry-After")).contains("1"));
  }

  @Test
  void aTokenIsAskedForWhereOneIsSet() throws IOException {
    try (RunningServer guarded =
        new RunningServer(
            folder.resolve("models"),
            Optional.empty(),
            folder.resolve("index"),
            Optional.of("geheim"),
            TIGHT)) {
      assertThat(guarded.get("/").statusCode()).isEqualTo(200);
      assertThat(guarded.get("/health").statusCode()).isEqualTo(200);
      HttpResponse<String> without = guarded.get("/v1/models/tiny");
      assertThat(without.statusCode()).isEqualTo(401);
      assertThat(without.headers().firstValue("WWW-Authenticate")).contains("Bearer");
      assertThat(withToken(guarded, "Geheim")).startsWith("HTTP/1.1 401");
      assertThat(withToken(guarded, "geheim")).startsWith("HTTP/1.1 200");
    }
  }

  private static String withToken(RunningServer of, String token) throws IOException {
    return raw(
        of,
        "GET /v1/models/tiny HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
            + token
            + "\r\n\r\n");
  }

  private static void refuses(String path, String body, int status, String message) {
    HttpResponse<String> response = body == null ? server.get(path) : server.post(path, body);
    assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(status);
    assertThat(response.body()).contains("\"error\"").contains(message);
  }

  /** What the server says to bytes as they are, until it closes the connection. */
  private static String raw(String request) throws IOException {
    return raw(server, request);
  }

  private static String raw(RunningServer of, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", of.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String image(byte[] bytes) {
    return "{\"images\":[{\"b64\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}]}";
  }

  /** A PNG whose header claims a size; its one chunk of data is small. */
  private static byte[] png(int width, int height) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, 0, 0, 0, 0})
            .array();
    chunk(out, "IHDR", header);
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[1000]);
    deflater.finish();
    byte[] packed = new byte[100];
    int size = deflater.deflate(packed);
    deflater.end();
    chunk(out, "IDAT", Arrays.copyOf(packed, size));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] named =
        ByteBuffer.allocate(4 + data.length)
            .put(type.getBytes(StandardCharsets.US_ASCII))
            .put(data)
            .array();
    CRC32 crc = new CRC32();
    crc.update(named);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(named);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
