package dev.lockstep.train;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** For a file or a pipe: a line at the first step, at the last, and every few seconds between. */
final class LineDisplay implements ProgressDisplay {
  private final PrintStream out;
  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private long printedAt;
  private boolean first;

  LineDisplay(PrintStream out, Duration interval, LongSupplier nanoTime) {
    this.out = out;
    this.intervalNanos = interval.toNanos();
    this.nanoTime = nanoTime;
  }

  @Override
  public void print(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void startStage(StageView stage) {
    first = true;
  }

  @Override
  public void update(ProgressLine line) {
    long now = nanoTime.getAsLong();
    if (first || line.step() == line.steps() || now - printedAt >= intervalNanos) {
      print(line.whole());
      printedAt = now;
      first = false;
    }
  }

  @Override
  public void end() {
    out.flush();
  }
}
