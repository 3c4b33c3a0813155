package dev.lockstep.experiment;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.tensorflow.MatMulPeak;
import dev.lockstep.train.StepBenchmark;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code bench step} tells.
 *
 * @param model the file that names the model
 * @param device such as {@code CPU, 2 threads}
 * @param tokens the length of each text
 */
public record StepReport(
    String model,
    String device,
    String precision,
    int batch,
    int pixels,
    int tokens,
    List<Row> kinds) {

  /**
   * One kind of step.
   *
   * @param seconds a step, the median
   * @param fastest a step, in seconds
   * @param operations floating-point operations of a step's products and convolutions; null where
   *     the graph does not tell
   * @param peak floating-point operations a second of large matrix products, measured right after
   *     the steps
   * @param memory the most bytes that the process held; null where the system does not tell
   */
  public record Row(
      String kind, double seconds, double fastest, Long operations, double peak, Long memory) {}

  /** Measures in this process; it should not have measured another kind before. */
  public static StepReport of(String model, StepBenchmark benchmark, StepBenchmark.Kind kind) {
    StepBenchmark.Measurement step = benchmark.measure(kind);
    Long memory = PeakMemory.bytes().isPresent() ? PeakMemory.bytes().getAsLong() : null;
    Long operations = step.operations().isPresent() ? step.operations().getAsLong() : null;
    double peak = MatMulPeak.measure(benchmark.device(), benchmark.precision());
    return new StepReport(
        model,
        benchmark.device().toString(),
        benchmark.precision().name().toLowerCase(Locale.ROOT),
        benchmark.batchSize(),
        benchmark.imageSize(),
        benchmark.tokens(),
        List.of(
            new Row(kind.toString(), step.seconds(), step.fastest(), operations, peak, memory)));
  }

  /**
   * Runs Lockstep once more, with the same Java, and takes its report.
   *
   * @param arguments of a command that writes a report by {@code --json}
   */
  public static StepReport inOwnProcess(List<String> arguments) {
    Path json = null;
    try {
      json = Files.createTempFile("lockstep-bench", ".json");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(
          List.of("-cp", System.getProperty("java.class.path"), "dev.lockstep.Lockstep"));
      command.addAll(arguments);
      command.add("--json=" + json);
      int status =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start()
              .waitFor();
      if (status != 0) {
        throw new RunFailedException(
            "the process that measures ended with status " + status,
            "see what it says above; killed by the system (137), it lacked memory: try a smaller"
                + " --batch or another --model");
      }
      return new Gson().fromJson(Files.readString(json), StepReport.class);
    } catch (IOException e) {
      throw new RunFailedException(
          "a process of its own cannot be started: " + e,
          "give one --kind, which is measured in this process",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunFailedException("interrupted while it measured", "start it again", e);
    } finally {
      delete(json);
    }
  }

  private static void delete(Path file) {
    if (file != null && !file.toFile().delete()) {
      file.toFile().deleteOnExit();
    }
  }

  /** Several kinds of step of the same model. */
  public static StepReport together(List<StepReport> reports) {
    StepReport first = reports.get(0);
    return new StepReport(
        first.model,
        first.device,
        first.precision,
        first.batch,
        first.pixels,
        first.tokens,
        reports.stream().flatMap(report -> report.kinds.stream()).toList());
  }

  public String toJson() {
    return new GsonBuilder().setPrettyPrinting().create().toJson(this) + "\n";
  }

  /** For people. */
  public String toTable() {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "%s: batch %d, %d pixels, %d tokens, %s, %s%n%n%-14s %8s %8s %10s %14s %8s%n",
            model,
            batch,
            pixels,
            tokens,
            precision,
            device,
            "",
            "s/step",
            "fastest",
            "GFLOP",
            "of the peak",
            "memory"));
    for (Row row : kinds) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-14s %8.3f %8.3f %10s %14s %8s%n",
              row.kind,
              row.seconds,
              row.fastest,
              row.operations == null ? "?" : Math.round(row.operations * 1e-9),
              row.operations == null
                  ? "?"
                  : Math.round(100 * row.operations / row.seconds / row.peak) + "%",
              row.memory == null ? "?" : String.format(Locale.ROOT, "%.1f GB", row.memory * 1e-9)));
    }
    double peak = kinds.stream().mapToDouble(Row::peak).max().orElse(0);
    table.append(
        String.format(
            Locale.ROOT, "%nthe peak: %.0f GFLOP/s, products of 2048 x 2048%n", peak * 1e-9));
    return table.toString();
  }
}
