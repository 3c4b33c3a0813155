package dev.lockstep.experiment;

import dev.lockstep.data.Manifest;
import dev.lockstep.data.Preparation;
import dev.lockstep.data.PreparationListener;
import java.nio.file.Files;
import java.util.function.Consumer;

/** Tells how the preparation of data goes: a line every few seconds, and one at the end. */
public final class PreparationProgress implements PreparationListener {
  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final Consumer<String> tell;
  private long rows;
  private long lastTold = System.nanoTime();

  public PreparationProgress(Consumer<String> tell) {
    this.tell = tell;
  }

  @Override
  public void onStart(String source, long rowsInAll) {
    rows = rowsInAll;
    lastTold = System.nanoTime();
    tell.accept("preparing " + source + (rows < 0 ? "" : ": %,d rows".formatted(rowsInAll)));
  }

  @Override
  public void onEarlier(long pairs) {
    tell.accept("  going on from %,d pairs that are there".formatted(pairs));
  }

  @Override
  public void onRow(long done, long dropped) {
    if (System.nanoTime() - lastTold > INTERVAL_NANOS) {
      lastTold = System.nanoTime();
      tell.accept(
          "  %,d%s rows, %,d dropped"
              .formatted(done, rows < 0 ? "" : " of %,d".formatted(rows), dropped));
    }
  }

  /** Tells what came of it, with every reason for which rows were dropped, and gives it back. */
  public Preparation report(Preparation preparation) {
    if (preparation.reused()) {
      tell.accept(
          "data: %s (%,d pairs, prepared before)"
              .formatted(preparation.dataset().folder(), preparation.kept()));
    } else {
      tell.accept(
          "data: %s (%,d pairs of %,d rows, in %.1f s)"
              .formatted(
                  preparation.dataset().folder(),
                  preparation.kept(),
                  preparation.rows(),
                  preparation.duration().toMillis() / 1e3));
    }
    preparation
        .droppedByReason()
        .forEach((reason, count) -> tell.accept("  dropped: %,d %s".formatted(count, reason)));
    preparation
        .firstMalformed()
        .ifPresent(first -> tell.accept("  the first row-malformed is " + first));
    if (Files.exists(preparation.dataset().folder().resolve(Manifest.DROPPED))
        && preparation.dropped() > 0) {
      tell.accept(
          "  each dropped row stands in "
              + preparation.dataset().folder().resolve(Manifest.DROPPED)
              + ", pictures in screen.html beside it");
    }
    return preparation;
  }
}
