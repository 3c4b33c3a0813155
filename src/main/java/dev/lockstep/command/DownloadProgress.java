package dev.lockstep.command;

import dev.lockstep.download.Downloader.Progress;
import dev.lockstep.train.TerminalLine;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Tells how a download goes: a bar on a terminal, elsewhere a line every few seconds. */
final class DownloadProgress implements Consumer<Progress>, AutoCloseable {
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long DRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int SHORTEST_BAR = 5;
  private static final int LONGEST_BAR = 40;

  private final PrintStream err;
  private final Optional<TerminalLine> terminal;
  private final LongSupplier clock;
  private final long begun;
  private long lastTold;
  private Progress first;
  private Progress last;

  /**
   * @param terminal the one behind {@code err}, if that is one
   * @param clock nanoseconds from anywhere
   */
  DownloadProgress(PrintStream err, Optional<TerminalLine> terminal, LongSupplier clock) {
    this.err = err;
    this.terminal = terminal;
    this.clock = clock;
    this.begun = clock.getAsLong();
    this.lastTold = begun;
  }

  static DownloadProgress toStandardError() {
    return new DownloadProgress(System.err, TerminalLine.onStandardError(), System::nanoTime);
  }

  @Override
  public synchronized void accept(Progress progress) {
    first = first == null ? progress : first;
    last = progress;
    boolean ended = progress.seen() == progress.rows();
    long now = clock.getAsLong();
    if (terminal.isPresent() && (ended || now - lastTold > DRAW_NANOS)) {
      lastTold = now;
      terminal.get().draw(within(terminal.get()));
    } else if (terminal.isEmpty() && (ended || now - lastTold > LINE_NANOS)) {
      lastTold = now;
      err.println(String.join(", ", parts()));
    }
  }

  /** Prints a line that stays, from any thread. */
  synchronized void print(String line) {
    if (terminal.isPresent() && last != null) {
      terminal.get().print(line, within(terminal.get()));
    } else {
      err.println(line);
    }
  }

  /** With a bar where there is room for one; else the last parts are left out. */
  private String within(TerminalLine line) {
    List<String> parts = parts();
    while (parts.size() > 1 && String.join("  ", parts).length() > line.room()) {
      parts.remove(parts.size() - 1);
    }
    String words = String.join("  ", parts);
    int bar = Math.min(LONGEST_BAR, line.room() - words.length() - 2);
    if (bar >= SHORTEST_BAR) {
      double done = last.rows() == 0 ? 1 : (double) last.seen() / last.rows();
      return line.bar(bar, done) + "  " + words;
    }
    return words.length() <= line.room() ? words : words.substring(0, Math.max(0, line.room()));
  }

  /** The most telling first. */
  private List<String> parts() {
    double seconds = Math.max(1e-9, (clock.getAsLong() - begun) * 1e-9);
    List<String> parts = new ArrayList<>();
    parts.add(format("%,d of %,d URLs", last.seen(), last.rows()));
    parts.add(format("%,d images", last.fetched()));
    parts.add(format("%.0f/s", last.fetched() / seconds));
    long done = last.seen() - first.seen();
    if (done > 0 && last.seen() < last.rows()) {
      Duration left = Duration.ofSeconds(Math.round(seconds * (last.rows() - last.seen()) / done));
      parts.add(
          format("%d:%02d:%02d left", left.toHours(), left.toMinutesPart(), left.toSecondsPart()));
    }
    return parts;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  @Override
  public synchronized void close() {
    if (terminal.isPresent() && last != null) {
      terminal.get().draw(within(terminal.get()));
      terminal.get().end();
      last = null;
    }
  }
}
