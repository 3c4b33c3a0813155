package dev.lockstep.serve;

import com.google.gson.JsonObject;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.serve.index.ImageIndex;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.serve.model.ModelFolder;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.tensorflow.proto.ConfigProto;

/** A model behind HTTP, with the images that it searches. */
public final class ModelServer implements AutoCloseable {
  /** As many may read a body at once, and some answer meanwhile. */
  private static final int THREADS = 200;

  private static final int IDLE_MILLIS = 30_000;
  private static final int DRAIN_MILLIS = 30_000;
  private static final int LOOK_EVERY_MILLIS = 10;
  private static final int LONGEST_HEADERS = 16 << 10;
  private static final String OTHER = "other";

  private final ServeOptions options;
  private final ServerMetrics metrics = new ServerMetrics();
  private final ImageIndexes indexes;
  private final ModelFolder models;
  private final Gate gate;
  private final Answers answers = new Answers();
  private final StatisticsHandler active = new StatisticsHandler();
  private final Javalin app;

  /**
   * Loads the model, embeds what images are not embedded yet, and begins to serve.
   *
   * @param tell where lines about models and images go
   * @throws dev.lockstep.error.LockstepException if the model cannot be loaded, there are no images
   *     where some are to be searched, or the port is taken
   */
  public ModelServer(ServeOptions options, ConfigProto config, Consumer<String> tell) {
    this.options = options;
    checkAddress(options.host(), options.port());
    this.indexes = new ImageIndexes(options.index(), options.images(), tell);
    this.models =
        new ModelFolder(
            options.models(), options.limits(), config, metrics, indexes::prepare, tell);
    this.gate = new Gate(options.token());
    this.app = Javalin.create(this::configure);
    gate.addTo(app);
    addEndpoints();
    app.start(options.host(), options.port());
    models.watch();
  }

  /** Before anything is loaded, which takes a while. */
  private static void checkAddress(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (UnknownHostException e) {
      throw new InvalidInputException(
          "--host " + host, "there is no such address", "give one of this machine's", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new RunFailedException(
          "cannot listen on " + host + ":" + port + ": " + e.getMessage(),
          "another program may have the port: give another with --port, or 0 for any",
          e);
    }
  }

  private void configure(JavalinConfig config) {
    Limits limits = options.limits();
    config.showJavalinBanner = false;
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = limits.bodyBytes();
    // Answers.json bounds it; this only catches what that does not.
    config.http.asyncTimeout = 2 * limits.answerTime().toMillis();
    config.jetty.threadPool = new QueuedThreadPool(THREADS);
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setSendDateHeader(true);
          http.setRequestHeaderSize(LONGEST_HEADERS);
          http.setIdleTimeout(Math.min(IDLE_MILLIS, 2 * limits.bodyTime().toMillis()));
        });
    config.jetty.modifyServer(
        server -> {
          server.setErrorHandler(new JsonErrorHandler());
          server.setHandler(active);
        });
    config.requestLogger.http(
        (context, millis) ->
            metrics.answered(endpoint(context), context.statusCode(), millis / 1000));
  }

  private static String endpoint(Context context) {
    try {
      String path = context.endpointHandlerPath();
      return path.startsWith("/") ? path : OTHER;
    } catch (RuntimeException e) {
      return OTHER;
    }
  }

  private void addEndpoints() {
    Limits limits = options.limits();
    RequestBody body = new RequestBody(limits);
    ModelEndpoint model =
        new ModelEndpoint(
            options.name(), models, new PredictEndpoint(models, limits, body, answers));
    for (String path :
        new String[] {
          "/v1/models/{model}",
          "/v1/models/{model}/metadata",
          "/v1/models/{model}/versions/{version}",
          "/v1/models/{model}/versions/{version}/metadata"
        }) {
      app.get(path, model::get);
      app.post(path, model::post);
    }
    app.post(
        EmbeddingsEndpoint.PATH,
        new EmbeddingsEndpoint(options.name(), models, limits, body, answers)::post);
    SearchEndpoint search = new SearchEndpoint(models, indexes, limits, body, answers);
    app.get("/search", search::get);
    app.post("/search", search::post);
    app.get("/space", new SpaceEndpoint(models, indexes)::get);
    app.get("/images/{number}", new ImageFiles(models, indexes)::get);
    app.get("/facts", context -> json(context, facts()));
    app.get("/health", context -> json(context, health()));
    app.get(
        "/metrics",
        context ->
            context
                .contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(
                    metrics.text(models.waiting(), models.current().number(), indexedImages())));
    PageFiles.addTo(app);
  }

  private int indexedImages() {
    return indexes.isEmpty() ? 0 : indexes.of(models.current()).size();
  }

  private JsonObject facts() {
    ImageIndex index = indexes.isEmpty() ? null : indexes.of(models.current());
    return ModelFacts.of(options.name(), models.current(), index);
  }

  private JsonObject health() {
    JsonObject json = new JsonObject();
    json.addProperty("status", "ok");
    json.addProperty("model", options.name());
    json.addProperty("version", models.current().number());
    json.addProperty("images", indexedImages());
    return json;
  }

  private static void json(Context context, JsonObject json) {
    context.contentType("application/json").result(json.toString());
  }

  /** Where it listens. */
  public int port() {
    return app.port();
  }

  /** Images that can be searched. */
  public int images() {
    return indexedImages();
  }

  /** The version that is served. */
  public long version() {
    return models.current().number();
  }

  /** Turns new requests away, waits for those that are being answered, and ends. */
  @Override
  public void close() {
    gate.drain();
    awaitAnswers();
    app.stop();
    models.close();
    answers.close();
  }

  /** Jetty's own way of ending waits for connections that nothing is asked on any more, too. */
  private void awaitAnswers() {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
    try {
      while (active.getRequestsActive() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
