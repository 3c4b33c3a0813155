package dev.lockstep.command;

import dev.lockstep.data.LinkColumns;
import dev.lockstep.data.LinkSpec;
import dev.lockstep.data.PairSource;
import dev.lockstep.data.SourceFormat;
import dev.lockstep.download.DownloadSpec;
import dev.lockstep.download.Downloader;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.experiment.RunFolder;
import dev.lockstep.experiment.StopSignal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "download",
    description = {
      "Fetches the images of lists of URLs; every URL ends in one outcome, which a journal keeps.",
      "Run again, it goes on where it stopped."
    },
    mixinStandardHelpOptions = true)
final class DownloadCommand implements Callable<Integer> {
  private enum Retry {
    FAILED
  }

  @Parameters(
      arity = "1..*",
      paramLabel = "LIST",
      description = {
        "CSV, TSV, JSONL (each gzipped or not) or Parquet, or a pattern such as 'laion/*.parquet'.",
        "Columns url and, where there are some, text and filename."
      })
  private List<Path> lists;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "auto",
      description =
          "csv, jsonl or parquet, where the files' endings do not say it (default:"
              + " ${DEFAULT-VALUE}).")
  private SourceFormat format;

  @Option(
      names = "--url",
      paramLabel = "COLUMN",
      description = "The column of URLs (default: url, URL or other usual names).")
  private Optional<String> url;

  @Option(
      names = "--text",
      paramLabel = "COLUMN",
      description = "That of captions (default: text, caption or TEXT, where there is one).")
  private Optional<String> text;

  @Option(
      names = "--filename",
      paramLabel = "COLUMN",
      description =
          "That of what to keep an image under (default: filename or image_path, where there is"
              + " one; else by the URL).")
  private Optional<String> filename;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where images, journal.tsv and pairs.csv go.")
  private Path out;

  @Option(
      names = "--retry",
      paramLabel = "WHAT",
      description = "failed: only URLs that failed before, once more.")
  private Retry retry;

  @Option(
      names = "--concurrency",
      defaultValue = "64",
      description = "Requests at one time, in all (default: ${DEFAULT-VALUE}).")
  private int concurrency;

  @Option(
      names = "--per-host",
      defaultValue = "8",
      description = "Requests at one time to one host (default: ${DEFAULT-VALUE}).")
  private int perHost;

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description = "For one attempt, redirects included (default: ${DEFAULT-VALUE}).")
  private double timeLimit;

  @Option(
      names = "--attempts",
      defaultValue = "3",
      description = "How often a URL is tried (default: ${DEFAULT-VALUE}).")
  private int attempts;

  @Option(
      names = "--first-wait",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description =
          "Before the second attempt; doubled before each further one (default: ${DEFAULT-VALUE}).")
  private double firstWait;

  @Option(
      names = "--longest-wait",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "Between two attempts, also where a server asks for more (default: ${DEFAULT-VALUE}).")
  private double longestWait;

  @Option(
      names = "--redirects",
      defaultValue = "5",
      description = "How many are followed (default: ${DEFAULT-VALUE}).")
  private int redirects;

  @Option(
      names = "--max-bytes",
      defaultValue = "20000000",
      description = "Of an image (default: ${DEFAULT-VALUE}).")
  private long maxBytes;

  @Option(
      names = "--allow-private",
      description = "Also ask servers in private networks and on this machine.")
  private boolean allowPrivate;

  @Option(
      names = "--no-keep",
      negatable = false,
      description = "Look at the images and keep only the journal.")
  private boolean noKeep;

  @Option(
      names = "--user-agent",
      defaultValue = "lockstep/0.1",
      description = "What the servers are told (default: ${DEFAULT-VALUE}).")
  private String userAgent;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the outcomes there.")
  private Path json;

  @Override
  public Integer call() {
    DownloadSpec spec = spec();
    PairSource list = new LinkSpec(format, new LinkColumns(text, url, filename)).source(lists);
    DownloadProgress progress = DownloadProgress.toStandardError();
    // Closed last: when the process was asked to stop, it ends as soon as the signal is closed.
    try (StopSignal stop =
            StopSignal.listen(() -> progress.print("stopping; the same command goes on"));
        Downloader downloader = new Downloader(list, out, spec)) {
      boolean whole;
      try (progress) {
        whole = downloader.run(retry == Retry.FAILED, progress, stop);
      }
      System.out.print(downloader.report().toTable());
      System.out.flush();
      if (json != null) {
        RunFolder.write(json, downloader.report().toJson());
      }
      return whole ? 0 : LockstepCommand.INTERRUPTED;
    }
  }

  private DownloadSpec spec() {
    check(concurrency >= 1 && concurrency <= 1024, "--concurrency", "1 to 1024");
    check(perHost >= 1 && perHost <= 1024, "--per-host", "1 to 1024");
    check(timeLimit > 0 && timeLimit <= 3600, "--time-limit", "above 0, at most 3600 seconds");
    check(attempts >= 1 && attempts <= 20, "--attempts", "1 to 20");
    check(firstWait >= 0 && firstWait <= 3600, "--first-wait", "0 to 3600 seconds");
    check(longestWait >= 0 && longestWait <= 3600, "--longest-wait", "0 to 3600 seconds");
    check(redirects >= 0 && redirects <= 50, "--redirects", "0 to 50");
    check(maxBytes >= 1, "--max-bytes", "1 or more");
    check(userAgent.matches("[\\x20-\\x7e]+"), "--user-agent", "plain ASCII");
    return new DownloadSpec(
        concurrency,
        perHost,
        seconds(timeLimit),
        attempts,
        seconds(firstWait),
        seconds(longestWait),
        redirects,
        maxBytes,
        allowPrivate,
        !noKeep,
        userAgent);
  }

  private static void check(boolean holds, String option, String expected) {
    if (!holds) {
      throw new InvalidInputException(option, "this value is not possible", "give " + expected);
    }
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(1000 * seconds));
  }
}
