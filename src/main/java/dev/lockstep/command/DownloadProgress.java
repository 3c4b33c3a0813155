package dev.lockstep.command;

import dev.lockstep.download.Downloader.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** Tells how a download goes: a bar on a terminal, elsewhere a line every few seconds. */
final class DownloadProgress implements Consumer<Progress>, AutoCloseable {
  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final PrintStream err;
  private final boolean terminal = System.console() != null;
  private final long begun = System.nanoTime();
  private long lastTold = begun;
  private ProgressBar bar;

  DownloadProgress(PrintStream err) {
    this.err = err;
  }

  @Override
  public void accept(Progress progress) {
    if (terminal) {
      if (bar == null) {
        bar =
            new ProgressBarBuilder()
                .setTaskName("URLs")
                .setInitialMax(progress.rows())
                .setConsumer(new ConsoleProgressBarConsumer(err))
                .build();
      }
      bar.stepTo(progress.seen());
      bar.setExtraMessage(rate(progress));
    } else if (System.nanoTime() - lastTold > INTERVAL_NANOS
        || progress.seen() == progress.rows()) {
      lastTold = System.nanoTime();
      err.println(
          String.format(
              Locale.ROOT,
              "%,d of %,d URLs, %s",
              progress.seen(),
              progress.rows(),
              rate(progress)));
    }
  }

  private String rate(Progress progress) {
    double seconds = (System.nanoTime() - begun) * 1e-9;
    return String.format(
        Locale.ROOT, "%,d images, %.0f/s", progress.fetched(), progress.fetched() / seconds);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
