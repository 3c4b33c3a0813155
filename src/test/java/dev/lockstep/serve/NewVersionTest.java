package dev.lockstep.serve;

import static dev.lockstep.serve.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.export.StoredPrecision;
import dev.lockstep.export.TinyModel;
import dev.lockstep.serve.model.Limits;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New versions in the folder, and the end of a server, while clients go on asking. */
class NewVersionTest {
  private static final String BODY = "{\"input\":\"蓝天\"}";

  @TempDir private Path folder;

  @Test
  void takesThePlaceOfTheOldOneWithoutALostRequest() throws Exception {
    Path models = folder.resolve("models");
    new TinyModel(Files.createDirectories(folder.resolve("a")), 1)
        .export(models.resolve("1"), StoredPrecision.FLOAT32);
    try (RunningServer server = start(models)) {
      AtomicBoolean asking = new AtomicBoolean(true);
      AtomicInteger answered = new AtomicInteger();
      var statuses = ConcurrentHashMap.<Integer>newKeySet();
      var answers = ConcurrentHashMap.<String>newKeySet();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(
            new Thread(
                () -> {
                  while (asking.get()) {
                    HttpResponse<String> response = server.post("/v1/embeddings", BODY);
                    statuses.add(response.statusCode());
                    answers.add(firstValue(response));
                    answered.incrementAndGet();
                  }
                }));
      }
      clients.forEach(Thread::start);
      until(() -> answered.get() > 20);

      // A version that is no model changes nothing, and is told.
      Files.createDirectories(models.resolve("2"));
      Files.writeString(models.resolve("2/saved_model.pb"), "damaged");
      until(() -> server.get("/v1/models/tiny").body().contains("\"END\""));
      assertThat(server.version()).isEqualTo(1);

      new TinyModel(Files.createDirectories(folder.resolve("b")), 2)
          .export(models.resolve("3"), StoredPrecision.FLOAT32);
      until(() -> server.version() == 3);
      int before = answered.get();
      until(() -> answered.get() > before + 20);
      asking.set(false);
      for (Thread client : clients) {
        client.join();
      }

      assertThat(statuses).containsExactly(200);
      assertThat(answers).hasSize(2);
      assertThat(server.get("/v1/models/tiny/versions/1").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void endsOnlyWhenWhatWasAskedIsAnswered() throws Exception {
    Path models = folder.resolve("models");
    new TinyModel(folder, 1).export(models.resolve("1"), StoredPrecision.FLOAT32);
    Limits patient =
        new Limits(
            1 << 20,
            8,
            1 << 20,
            1 << 20,
            64,
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            8,
            Duration.ofMillis(2));
    RunningServer server = start(models, patient);
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/v1/embeddings"))
              .POST(BodyPublishers.ofString(BODY))
              .build();
      asked.add(server.client().sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    asked.get(0).join();
    server.close();
    // Each was answered, or turned away before the model was asked; none was left without a word.
    assertThat(asked)
        .extracting(answer -> answer.handle((r, e) -> e == null ? r.statusCode() : -1).join())
        .contains(200)
        .isSubsetOf(200, 503, -1);
    assertThat(asked.get(0).join().statusCode()).isEqualTo(200);
  }

  private RunningServer start(Path models) {
    return start(models, Limits.DEFAULT);
  }

  private RunningServer start(Path models, Limits limits) {
    return new RunningServer(
        models, Optional.empty(), folder.resolve("index"), Optional.empty(), limits);
  }

  private static String firstValue(HttpResponse<String> response) {
    String value =
        json(response)
            .getAsJsonObject()
            .getAsJsonArray("data")
            .get(0)
            .getAsJsonObject()
            .getAsJsonArray("embedding")
            .get(0)
            .getAsString();
    // Sums in another order may change the last places.
    return value.substring(0, Math.min(6, value.length()));
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for a minute").isLessThan(deadline);
      Thread.onSpinWait();
      Thread.yield();
    }
  }
}
