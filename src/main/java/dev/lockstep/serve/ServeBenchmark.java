package dev.lockstep.serve;

import dev.lockstep.error.RunFailedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many requests a server answers, and how soon. The clients are in the same process, on plain
 * sockets that stay open, and share the processor with the server: each asks again as soon as it
 * has its answer.
 */
public final class ServeBenchmark {
  private static final int WARM_UP = 2000;
  private static final int TOO_MANY = 429;

  /** A tenth of what the server asks for: whoever is refused is impatient, but no attacker. */
  private static final long REFUSED_PAUSE_MILLIS = 100;

  private static final int LONGEST_LINE = 1 << 13;

  /** Words that people would look for. */
  private static final List<String> TEXTS =
      List.of("汽车", "一只黑色的猫", "蓝天白云", "生日蛋糕", "下雨天打伞的人", "红色的花", "足球", "笑脸");

  private final int port;
  private final List<byte[]> requests = new ArrayList<>();

  /**
   * @param port of the server, on the loopback
   */
  public ServeBenchmark(int port) {
    this.port = port;
    for (String text : TEXTS) {
      byte[] body = ("{\"input\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8);
      byte[] head =
          ("POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      byte[] request = Arrays.copyOf(head, head.length + body.length);
      System.arraycopy(body, 0, request, head.length, body.length);
      requests.add(request);
    }
  }

  /**
   * What a load came to.
   *
   * @param answered with 200
   * @param refused with 429 or 503
   * @param failed in any other way
   * @param median of the answered ones, in milliseconds
   * @param p99 the same, of which one in a hundred takes longer
   */
  public record Load(
      int connections,
      long answered,
      long refused,
      long failed,
      double seconds,
      double median,
      double p99) {

    /** Answered requests a second. */
    public double throughput() {
      return answered / seconds;
    }
  }

  /** Lets the compiler do its work first. */
  public void warmUp() {
    run(16, WARM_UP);
    run(1, WARM_UP / 4);
  }

  /**
   * Asks from some connections at once.
   *
   * @param total requests over all of them
   */
  public Load run(int connections, long total) {
    AtomicLong left = new AtomicLong(total);
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      List<Callable<Client>> clients = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        int first = i;
        clients.add(() -> ask(first, left));
      }
      long start = System.nanoTime();
      List<Client> done = new ArrayList<>();
      for (Future<Client> client : threads.invokeAll(clients)) {
        done.add(client.get());
      }
      return load(done, (System.nanoTime() - start) / 1e9);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunFailedException("the benchmark was interrupted", "run it again", e);
    } catch (ExecutionException e) {
      throw new RunFailedException(
          "the server does not answer: " + e.getCause(), "see what it says", e);
    } finally {
      threads.shutdownNow();
    }
  }

  /** What one connection saw; times in nanoseconds. */
  private static final class Client {
    private long[] times = new long[1024];
    private int answered;
    private long refused;
    private long failed;

    void count(int status, long nanos) {
      if (status == 200) {
        if (answered == times.length) {
          times = Arrays.copyOf(times, 2 * answered);
        }
        times[answered++] = nanos;
      } else if (status == TOO_MANY || status == 503) {
        refused++;
      } else {
        failed++;
      }
    }
  }

  private Client ask(int first, AtomicLong left) throws IOException, InterruptedException {
    Client client = new Client();
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int i = first; left.getAndDecrement() > 0; i++) {
        long start = System.nanoTime();
        socket.getOutputStream().write(requests.get(i % requests.size()));
        int status = answer(in);
        client.count(status, System.nanoTime() - start);
        if (status == TOO_MANY) {
          Thread.sleep(REFUSED_PAUSE_MILLIS);
        }
      }
    }
    return client;
  }

  /** Reads an answer to its end; gives its status. */
  private static int answer(InputStream in) throws IOException {
    int status = Integer.parseInt(line(in).split(" ", -1)[1]);
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring("content-length:".length()).strip());
      }
    }
    in.skipNBytes(length);
    return status;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.length() > LONGEST_LINE) {
        throw new IOException("the connection ended within an answer");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private static Load load(List<Client> clients, double seconds) {
    long[] times =
        clients.stream()
            .flatMapToLong(c -> Arrays.stream(c.times, 0, c.answered))
            .sorted()
            .toArray();
    return new Load(
        clients.size(),
        times.length,
        clients.stream().mapToLong(c -> c.refused).sum(),
        clients.stream().mapToLong(c -> c.failed).sum(),
        seconds,
        millis(times, 0.5),
        millis(times, 0.99));
  }

  private static double millis(long[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) (share * (sorted.length - 1))] / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  /** What the process holds of the machine's memory, in MiB; 0 where the system does not tell. */
  public static long residentMebibytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
