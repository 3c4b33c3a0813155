package dev.lockstep.command;

import dev.lockstep.data.CaptionBenchmark;
import dev.lockstep.data.Encoding;
import dev.lockstep.input.InputBenchmark;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "bench",
    description = "Measures how fast parts of Lockstep are on this machine.",
    subcommands = BenchStepCommand.class,
    mixinStandardHelpOptions = true)
final class BenchCommand {
  private static final int BATCH = 256;

  @Command(
      name = "input",
      description = "Images a second that the input pipeline gives, step by step.",
      mixinStandardHelpOptions = true)
  int input(
      @Option(
              names = "--pixels",
              defaultValue = "224",
              description = "Side of the stored images (default: ${DEFAULT-VALUE}).")
          int pixels,
      @Option(
              names = "--records",
              defaultValue = "4000",
              description = "How many to write and read (default: ${DEFAULT-VALUE}).")
          int records,
      @Option(
              names = "--threads",
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
}
