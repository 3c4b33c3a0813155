package dev.lockstep.train;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;

/** For a terminal: a bar that stays in the last line, under the lines that were printed. */
final class BarDisplay implements ProgressDisplay {
  private static final int REDRAW_MILLIS = 200;

  private final TerminalLine terminal;
  private ProgressBar bar;
  private volatile ProgressLine current;

  BarDisplay(TerminalLine terminal) {
    this.terminal = terminal;
  }

  @Override
  public void print(String line) {
    synchronized (terminal) {
      terminal.print(line, rendered());
    }
  }

  @Override
  public void startStage(StageView stage) {
    end();
    bar =
        new ProgressBarBuilder()
            .setTaskName(stage.name())
            .setInitialMax(Math.max(1, stage.steps()))
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .setRenderer((state, width) -> "")
            .setConsumer(new Redrawing())
            .build();
  }

  @Override
  public void update(ProgressLine line) {
    current = line;
    bar.stepTo(line.step());
  }

  /** The bar's thread may be at work still: what it draws from here on comes to nothing. */
  @Override
  public void end() {
    if (bar == null) {
      return;
    }
    bar.close();
    bar = null;
    synchronized (terminal) {
      if (current != null) {
        terminal.draw(rendered());
        terminal.end();
        current = null;
      }
    }
  }

  private String rendered() {
    ProgressLine line = current;
    return line == null ? "" : line.within(terminal.room(), terminal.full(), terminal.empty());
  }

  /** Called by the bar's own thread each time that it is to be drawn again. */
  private final class Redrawing implements ProgressBarConsumer {

    @Override
    public int getMaxRenderedLength() {
      return terminal.room();
    }

    @Override
    public void accept(String ignored) {
      synchronized (terminal) {
        if (current != null) {
          terminal.draw(rendered());
        }
      }
    }

    @Override
    public void close() {
      // The display itself ends the line, for only it knows the last state.
    }
  }
}
