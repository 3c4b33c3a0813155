package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command against a server on the loopback, in this process and in one that is killed. */
class DownloadCommandTest {
  private static final byte[] GIF = "GIF89a and more".getBytes(StandardCharsets.ISO_8859_1);

  @TempDir private Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private Path list;
  private Path out;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          int status = exchange.getRequestURI().getPath().contains("missing") ? 404 : 200;
          exchange.sendResponseHeaders(status, GIF.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(GIF);
          }
        });
    server.start();
    list = folder.resolve("list.csv");
    out = folder.resolve("images");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void tellsOutcomesByReasonAndHost() throws IOException {
    write("1", "missing", "2");

    Invocation download =
        Invocation.of(
            "download", list, "--out", out, "--allow-private", "--json", folder.resolve("o.json"));

    assertThat(download.exitStatus()).as(download.err()).isZero();
    assertThat(download.out())
        .containsPattern("ok +2 +66.7%")
        .containsPattern("http-4xx +1 +33.3%")
        .containsPattern("127.0.0.1 +2 +1  http-4xx");
    assertThat(folder.resolve("o.json")).content().contains("\"ok\":2");
    assertThat(Files.readAllLines(out.resolve("pairs.csv"))).hasSize(3);
  }

  @Test
  void impossibleOptionsAreRefused() throws IOException {
    write("1");

    for (String[] option : new String[][] {{"--concurrency", "0"}, {"--time-limit", "-1"}}) {
      Invocation download = Invocation.of("download", list, "--out", out, option[0], option[1]);
      assertThat(download.exitStatus()).isEqualTo(2);
      assertThat(download.err()).contains(option[0]);
    }
    assertThat(out).doesNotExist();
  }

  @Test
  void aProcessThatIsKilledLosesNothing() throws IOException, InterruptedException {
    int urls = 1_200;
    List<String> names = new ArrayList<>();
    for (int i = 0; i < urls; i++) {
      names.add(String.valueOf(i));
    }
    write(names.toArray(String[]::new));
    Path journal = out.resolve("journal.tsv");

    for (int lines : new int[] {1, urls / 4, urls / 2}) {
      Process process = start("download", list, "--out", out, "--allow-private", "--per-host", "2");
      while (process.isAlive() && count(journal) < lines) {
        process.waitFor(5, TimeUnit.MILLISECONDS);
      }
      assertThat(process.isAlive()).as("at work when it is killed").isTrue();
      process.destroyForcibly().waitFor();
    }
    Invocation rest = Invocation.of("download", list, "--out", out, "--allow-private");

    assertThat(rest.exitStatus()).as(rest.err()).isZero();
    assertThat(rest.out()).containsPattern("ok +1,200 +100.0%");
    Set<String> keys = new HashSet<>();
    for (String line : Files.readAllLines(journal)) {
      assertThat(keys.add(line.split("\t", 3)[1])).as("one line for a URL: " + line).isTrue();
    }
    assertThat(keys).hasSize(urls);
    try (Stream<Path> files = Files.walk(out.resolve("images"))) {
      assertThat(files.filter(Files::isRegularFile))
          .hasSize(urls)
          .allSatisfy(image -> assertThat(image).hasBinaryContent(GIF));
    }
  }

  private static long count(Path journal) throws IOException {
    return Files.exists(journal)
        ? Files.readString(journal, StandardCharsets.ISO_8859_1).lines().count()
        : 0;
  }

  private static Process start(Object... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath(),
                "dev.lockstep.Lockstep"));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Of this process; some runners of tests load them with a loader of their own. */
  private static String classPath() {
    return Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader
        ? Stream.of(loader.getURLs())
            .map(url -> Path.of(URI.create(url.toString())).toString())
            .collect(Collectors.joining(File.pathSeparator))
        : System.getProperty("java.class.path");
  }

  private void write(String... names) throws IOException {
    List<String> rows = new ArrayList<>(List.of("text,url"));
    for (String name : names) {
      rows.add("a caption,http://127.0.0.1:" + server.getAddress().getPort() + "/" + name);
    }
    Files.write(list, rows);
  }
}
