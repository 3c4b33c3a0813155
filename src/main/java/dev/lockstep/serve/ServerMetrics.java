package dev.lockstep.serve;

import dev.lockstep.serve.model.BatchListener;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** What a server counts of itself, in Prometheus' text format. */
final class ServerMetrics implements BatchListener {
  private static final double[] SECONDS = {
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10
  };
  private static final double[] ROWS = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  /** Counts of values up to each bound, and beyond the last. */
  private static final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    Histogram(double[] bounds) {
      this.bounds = bounds;
      this.counts = new LongAdder[bounds.length + 1];
      Arrays.setAll(counts, i -> new LongAdder());
    }

    void add(double value) {
      int place = 0;
      while (place < bounds.length && value > bounds[place]) {
        place++;
      }
      counts[place].increment();
      sum.add(value);
    }

    void write(StringBuilder out, String name, String label) {
      long total = 0;
      String separator = label.isEmpty() ? "" : ",";
      for (int i = 0; i <= bounds.length; i++) {
        total += counts[i].sum();
        String bound = i == bounds.length ? "+Inf" : String.valueOf(bounds[i]);
        out.append("%s_bucket{%s%sle=\"%s\"} %d\n".formatted(name, label, separator, bound, total));
      }
      String braces = label.isEmpty() ? "" : "{" + label + "}";
      out.append(String.format(Locale.ROOT, "%s_sum%s %s%n", name, braces, sum.sum()));
      out.append("%s_count%s %d\n".formatted(name, braces, total));
    }
  }

  private record Kind(String endpoint, int status) implements Comparable<Kind> {
    @Override
    public int compareTo(Kind other) {
      int byEndpoint = endpoint.compareTo(other.endpoint);
      return byEndpoint != 0 ? byEndpoint : Integer.compare(status, other.status);
    }
  }

  private final Map<Kind, LongAdder> requests = new ConcurrentHashMap<>();
  private final Map<String, Histogram> latency = new ConcurrentHashMap<>();
  private final Histogram batchRows = new Histogram(ROWS);
  private final Histogram batchSeconds = new Histogram(SECONDS);

  /**
   * Counts a request that was answered.
   *
   * @param endpoint the address it was made for, of the few that there are
   */
  void answered(String endpoint, int status, double seconds) {
    requests.computeIfAbsent(new Kind(endpoint, status), kind -> new LongAdder()).increment();
    latency.computeIfAbsent(endpoint, key -> new Histogram(SECONDS)).add(seconds);
  }

  @Override
  public void answered(int requests, int rows, double seconds) {
    batchRows.add(rows);
    batchSeconds.add(seconds);
  }

  /**
   * @param waiting requests in the queue
   * @param version that is served
   */
  String text(int waiting, long version, int images) {
    StringBuilder out = new StringBuilder();
    head(out, "lockstep_requests_total", "counter", "Requests by endpoint and status.");
    new TreeMap<>(requests)
        .forEach(
            (kind, count) ->
                out.append(
                    "lockstep_requests_total{endpoint=\"%s\",status=\"%d\"} %d\n"
                        .formatted(kind.endpoint(), kind.status(), count.sum())));
    head(out, "lockstep_request_seconds", "histogram", "Time from a request to its answer.");
    new TreeMap<>(latency)
        .forEach(
            (endpoint, histogram) ->
                histogram.write(out, "lockstep_request_seconds", "endpoint=\"" + endpoint + "\""));
    head(out, "lockstep_batch_rows", "histogram", "Texts or images in a run of the model.");
    batchRows.write(out, "lockstep_batch_rows", "");
    head(out, "lockstep_batch_seconds", "histogram", "Time of a run of the model.");
    batchSeconds.write(out, "lockstep_batch_seconds", "");
    gauge(out, "lockstep_queue_requests", "Requests that wait for the model.", waiting);
    gauge(out, "lockstep_model_version", "The version that is served.", version);
    gauge(out, "lockstep_indexed_images", "Images that can be searched.", images);
    gauge(
        out,
        "lockstep_heap_bytes",
        "Java's heap in use; tensors live outside of it.",
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    gauge(
        out,
        "lockstep_threads",
        "Threads of the process that Java knows.",
        ManagementFactory.getThreadMXBean().getThreadCount());
    return out.toString();
  }

  private static void gauge(StringBuilder out, String name, String help, long value) {
    head(out, name, "gauge", help);
    out.append(name).append(' ').append(value).append('\n');
  }

  private static void head(StringBuilder out, String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
