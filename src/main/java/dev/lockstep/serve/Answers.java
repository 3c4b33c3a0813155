package dev.lockstep.serve;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Writes answers when they come: no thread waits for the model, and the model for no answer. */
final class Answers implements AutoCloseable {
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()),
          task -> {
            Thread thread = new Thread(task, "answers");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Answers with JSON.
   *
   * @param answer of the model
   * @param json makes the body of it
   * @param atMost after which it is too late
   */
  <T> void json(
      Context context, CompletableFuture<T> answer, Duration atMost, Function<T, String> json) {
    context.future(
        () ->
            answer
                .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
                .thenAcceptAsync(
                    value -> context.contentType("application/json").result(json.apply(value)),
                    threads));
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
