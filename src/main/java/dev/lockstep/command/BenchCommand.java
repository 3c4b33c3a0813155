package dev.lockstep.command;

import dev.lockstep.data.CaptionBenchmark;
import dev.lockstep.data.Encoding;
import dev.lockstep.input.InputBenchmark;
import dev.lockstep.serve.ModelServer;
import dev.lockstep.serve.ServeBenchmark;
import dev.lockstep.serve.ServeOptions;
import dev.lockstep.serve.ServedPath;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "bench",
    description = "Measures how fast parts of Lockstep are on this machine.",
    subcommands = BenchStepCommand.class,
    mixinStandardHelpOptions = true)
final class BenchCommand {
  private static final int BATCH = 256;

  /** Requests to a server that is asked for far more than it can bear: most are refused at once. */
  private static final long OVERLOAD = 20_000;

  @Command(
      name = "input",
      description = "Images a second that the input pipeline gives, step by step.",
      mixinStandardHelpOptions = true)
  int input(
      @Option(
              names = "--pixels",
              paramLabel = "N",
              defaultValue = "224",
              description = "Side of the stored images (default: ${DEFAULT-VALUE}).")
          int pixels,
      @Option(
              names = "--records",
              paramLabel = "N",
              defaultValue = "4000",
              description = "How many to write and read (default: ${DEFAULT-VALUE}).")
          int records,
      @Option(
              names = "--threads",
              paramLabel = "N",
              defaultValue = "1",
              description = "For all of TensorFlow's work (default: ${DEFAULT-VALUE}).")
          int threads,
      @Option(
              names = "--originals",
              description = "Photographs of 500x375 pixels, which are resized in training.")
          boolean originals) {
    Encoding encoding = originals ? Encoding.ORIGINAL : pixels <= 64 ? Encoding.RAW : Encoding.JPEG;
    InputBenchmark.Report report =
        new InputBenchmark(pixels, encoding, records, BATCH, threads).run();
    System.out.printf(
        Locale.ROOT,
        originals
            ? "%d photographs of 500x375 to %d pixels, %,d bytes each; %d thread%s%n%n"
            : "%d records of %d pixels, %,d bytes each; %d thread%s%n%n",
        records,
        pixels,
        report.bytesPerImage(),
        threads,
        threads == 1 ? "" : "s");
    System.out.printf("%-32s %10s %22s%n", "", "images/s", "images/s of one core");
    for (InputBenchmark.Measurement measurement : report.measurements()) {
      System.out.printf(
          Locale.ROOT,
          "%-32s %,10.0f %,22.0f%n",
          measurement.step(),
          measurement.imagesPerSecond(),
          measurement.imagesPerCpuSecond());
    }
    return 0;
  }

  @Command(
      name = "captions",
      description = "How long the captions of a large dataset take: parse, screen, tokenise.",
      mixinStandardHelpOptions = true)
  int captions(
      @Option(
              names = "--rows",
              paramLabel = "N",
              defaultValue = "1400000",
              description = "Of the CSV (default: ${DEFAULT-VALUE}).")
          int rows) {
    CaptionBenchmark.Report report = new CaptionBenchmark(rows).run();
    report
        .steps()
        .forEach(
            step -> System.out.printf(Locale.ROOT, "%-48s %6.1f s%n", step.step(), step.seconds()));
    System.out.printf(
        Locale.ROOT,
        "%n%,d rows, %,d different captions (%,d normalised), %,d tokens in %.1f s;"
            + " %,d MiB of a heap of %,d MiB in use%n",
        rows,
        report.captions(),
        report.normalised(),
        report.tokens(),
        report.seconds(),
        report.usedBytes() >> 20,
        Runtime.getRuntime().maxMemory() >> 20);
    return 0;
  }

  @Command(
      name = "serve",
      description = {
        "Requests a second that a server answers on the loopback, one text each: from one"
            + " connection, from many, and from far more than it can bear."
      },
      mixinStandardHelpOptions = true)
  int serve(
      @Parameters(index = "0", paramLabel = "RUN|MODEL", description = "As for 'lockstep serve'.")
          Path path,
      @Option(
              names = "--connections",
              paramLabel = "N",
              defaultValue = "64",
              description = "At the same time (default: ${DEFAULT-VALUE}).")
          int connections,
      @Option(
              names = "--requests",
              paramLabel = "N",
              defaultValue = "20000",
              description = "From many connections (default: ${DEFAULT-VALUE}).")
          long requests) {
    ServedPath served = ServedPath.of(path);
    ServeOptions options =
        new ServeOptions(
            served.models(),
            served.name(),
            List.of(),
            served.index(),
            "127.0.0.1",
            0,
            Optional.empty(),
            Limits.DEFAULT);
    try (ModelServer server =
        new ModelServer(
            options, Device.open(served.device()).sessionConfig(), System.err::println)) {
      ServeBenchmark benchmark = new ServeBenchmark(server.port());
      benchmark.warmUp();
      System.out.printf(
          "%-32s %10s %10s %10s %9s %9s %8s%n",
          "", "requests/s", "median ms", "p99 ms", "answered", "refused", "failed");
      ServeBenchmark.Load alone = benchmark.run(1, requests / 10);
      print("one connection", alone);
      long before = ServeBenchmark.residentMebibytes();
      ServeBenchmark.Load many = benchmark.run(connections, requests);
      print(connections + " connections", many);
      long after = ServeBenchmark.residentMebibytes();
      int beyond = 4 * Limits.DEFAULT.queue();
      print(beyond + " connections", benchmark.run(beyond, Math.min(requests, OVERLOAD)));
      System.out.printf(
          Locale.ROOT,
          "%d connections at once: %.1f times the requests of one; p99 %.1f times the median;"
              + " memory %,d MiB before, %,d MiB after%n",
          connections,
          many.throughput() / alone.throughput(),
          many.p99() / many.median(),
          before,
          after);
    }
    return 0;
  }

  private static void print(String name, ServeBenchmark.Load load) {
    System.out.printf(
        Locale.ROOT,
        "%-32s %,10.0f %10.2f %10.2f %,9d %,9d %,8d%n",
        name,
        load.throughput(),
        load.median(),
        load.p99(),
        load.answered(),
        load.refused(),
        load.failed());
  }
}
