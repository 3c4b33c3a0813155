package dev.lockstep.serve;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.lockstep.serve.index.ImageSource;
import dev.lockstep.serve.model.Limits;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.tensorflow.proto.ConfigProto;

/** A server on a free port of the loopback, and a client of it. */
final class RunningServer implements AutoCloseable {
  private final ModelServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> told = new CopyOnWriteArrayList<>();

  /**
   * @param images a folder or a CSV, if something is to be searched
   */
  RunningServer(
      Path models, Optional<Path> images, Path index, Optional<String> token, Limits limits) {
    server =
        new ModelServer(
            new ServeOptions(
                models,
                "tiny",
                images.map(ImageSource::of).map(List::of).orElse(List.of()),
                index,
                "127.0.0.1",
                0,
                token,
                limits),
            ConfigProto.getDefaultInstance(),
            told::add);
  }

  /** What the server told on its way. */
  List<String> told() {
    return told;
  }

  int port() {
    return server.port();
  }

  long version() {
    return server.version();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).build());
  }

  HttpResponse<String> post(String path, String body) {
    return send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)).build());
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(request.uri().toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  HttpClient client() {
    return client;
  }

  static JsonElement json(HttpResponse<String> response) {
    return JsonParser.parseString(response.body());
  }

  @Override
  public void close() {
    server.close();
  }
}
