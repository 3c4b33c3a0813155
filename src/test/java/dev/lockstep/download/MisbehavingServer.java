package dev.lockstep.download;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * A web server on the loopback that does to a list of URLs what the web does: the number in the
 * path decides what. It ends with the test, and no connection lives longer than half a minute.
 */
final class MisbehavingServer implements AutoCloseable {
  /** What the server does to a path {@code /KIND/NUMBER}. */
  enum Kind {
    IMAGE,
    SILENT,
    TRICKLING,
    MISSING,
    BUSY_ONCE,
    RESET,
    PAGE,
    ENDLESS_REDIRECTS,
    TOO_LARGE,
    BROKEN_IMAGE,
    REDIRECT
  }

  static final int LARGEST = 20_000;

  /** The beginning of a PNG, and some bytes: a downloader does not decode. */
  static final byte[] PNG = image();

  private final ServerSocket socket;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Integer> requests = new ConcurrentHashMap<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  MisbehavingServer() throws IOException {
    socket = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  /** The share of each kind, as on the web: of 200 URLs. */
  static List<Kind> mixture(int urls) {
    return IntStream.range(0, urls).mapToObj(i -> kindOf(i % 200)).toList();
  }

  private static Kind kindOf(int place) {
    return switch (place) {
      case 3, 103 -> Kind.SILENT;
      case 9, 109 -> Kind.TRICKLING;
      case 15, 65, 115, 165 -> Kind.MISSING;
      case 21, 121 -> Kind.BUSY_ONCE;
      case 27, 127 -> Kind.RESET;
      case 33, 133 -> Kind.PAGE;
      case 39, 139 -> Kind.ENDLESS_REDIRECTS;
      case 45 -> Kind.TOO_LARGE;
      case 51, 151 -> Kind.BROKEN_IMAGE;
      case 57, 157 -> Kind.REDIRECT;
      default -> Kind.IMAGE;
    };
  }

  String url(Kind kind, int number) {
    return "http://127.0.0.1:%d/%s/%d".formatted(socket.getLocalPort(), kind, number);
  }

  /** How often a path was asked for. */
  int requests(Kind kind, int number) {
    return requests.getOrDefault("/" + kind + "/" + number, 0);
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = socket.accept();
        open.add(client);
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setSoTimeout(30_000);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.startsWith("GET ")) {
          return;
        }
        String path = line.split(" ", 3)[1];
        for (String header = in.readLine(); header != null && !header.isEmpty(); ) {
          header = in.readLine();
        }
        int times = requests.merge(path, 1, Integer::sum);
        if (!answer(client, path, times)) {
          return;
        }
      }
    } catch (IOException | InterruptedException e) {
      // The other side has gone, or the test has ended.
    } finally {
      open.remove(client);
    }
  }

  /** Whether the connection goes on. */
  private boolean answer(Socket client, String path, int times)
      throws IOException, InterruptedException {
    OutputStream out = client.getOutputStream();
    Kind kind = Kind.valueOf(path.split("/")[1]);
    switch (kind) {
      case IMAGE -> send(out, "200 OK", "Content-Type: image/png\r\n", PNG);
      case BROKEN_IMAGE -> send(out, "200 OK", "", Arrays.copyOf(PNG, 40));
      case MISSING -> send(out, "404 Not Found", "", "no".getBytes(StandardCharsets.UTF_8));
      case PAGE -> send(out, "200 OK", "Content-Type: image/jpeg\r\n", page());
      case TOO_LARGE -> send(out, "200 OK", "", Arrays.copyOf(PNG, LARGEST + 1));
      case REDIRECT -> send(out, "302 Found", "Location: /IMAGE/r\r\n", new byte[0]);
      case ENDLESS_REDIRECTS -> send(out, "302 Found", "Location: " + path + "\r\n", new byte[0]);
      case BUSY_ONCE -> {
        if (times == 1) {
          send(out, "503 Busy", "Retry-After: 1\r\n", new byte[0]);
        } else {
          send(out, "200 OK", "", PNG);
        }
      }
      case RESET -> {
        client.setSoLinger(true, 0);
        return false;
      }
      case SILENT -> {
        Thread.sleep(30_000);
        return false;
      }
      case TRICKLING -> {
        out.write(
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 300; i++) {
          out.write(PNG[i % PNG.length]);
          out.flush();
          Thread.sleep(100);
        }
        return false;
      }
    }
    return true;
  }

  private static byte[] page() {
    return "\n<!DOCTYPE html><html><body>gone</body></html>".getBytes(StandardCharsets.UTF_8);
  }

  private static void send(OutputStream out, String status, String headers, byte[] body)
      throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    String head =
        "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n".formatted(status, headers, body.length);
    whole.write(head.getBytes(StandardCharsets.ISO_8859_1));
    whole.write(body);
    out.write(whole.toByteArray());
    out.flush();
  }

  private static byte[] image() {
    byte[] bytes = new byte[3_000];
    byte[] head = "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(head, 0, bytes, 0, head.length);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    socket.close();
    threads.shutdownNow();
    for (Socket client : open) {
      client.close();
    }
  }
}
