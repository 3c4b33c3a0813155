package dev.lockstep.train;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;

/** For a terminal: a bar that stays in the last line, under the lines that were printed. */
final class BarDisplay implements ProgressDisplay {
  private static final int REDRAW_MILLIS = 200;
  private static final String START_OF_LINE = "\r";
  private static final String ERASE_TO_END_OF_LINE = "\u001b[K";

  /** While the bar is drawn: in a window that has just become narrower, it would break in two. */
  private static final String WRAP_OFF = "\u001b[?7l";

  private static final String WRAP_ON = "\u001b[?7h";

  private final PrintStream out;
  private final IntSupplier columns;
  private final char full;
  private final char empty;
  private ProgressBar bar;
  private volatile ProgressLine current;

  BarDisplay(PrintStream out, Charset charset, IntSupplier columns) {
    this.out = out;
    this.columns = columns;
    boolean blocks = charset.newEncoder().canEncode('█');
    full = blocks ? '█' : '#';
    empty = blocks ? '░' : '.';
  }

  @Override
  public void print(String line) {
    synchronized (out) {
      out.print(START_OF_LINE + line + ERASE_TO_END_OF_LINE + "\n");
      draw(rendered(width()));
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
            .setConsumer(new LastLine())
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
    synchronized (out) {
      if (current != null) {
        draw(rendered(width()));
        out.print("\n");
        out.flush();
        current = null;
      }
    }
  }

  /** One column less than there is: a terminal may wrap after a sign in the last one. */
  private int width() {
    return columns.getAsInt() - 1;
  }

  private String rendered(int width) {
    ProgressLine line = current;
    return line == null ? "" : line.within(width, full, empty);
  }

  private void draw(String line) {
    synchronized (out) {
      out.print(WRAP_OFF + START_OF_LINE + line + ERASE_TO_END_OF_LINE + WRAP_ON);
      out.flush();
    }
  }

  /** Called by the bar's own thread each time that it is to be drawn again. */
  private final class LastLine implements ProgressBarConsumer {

    @Override
    public int getMaxRenderedLength() {
      return width();
    }

    @Override
    public void accept(String ignored) {
      synchronized (out) {
        if (current != null) {
          draw(rendered(width()));
        }
      }
    }

    @Override
    public void close() {
      // The display itself ends the line, for only it knows the last state.
    }
  }
}
