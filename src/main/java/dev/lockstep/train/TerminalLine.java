package dev.lockstep.train;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.function.IntSupplier;

/** The last line of a terminal, which is drawn again and again under the lines that stay. */
public final class TerminalLine {
  private static final String START_OF_LINE = "\r";
  private static final String ERASE_TO_END_OF_LINE = "\u001b[K";

  /** While the line is drawn: in a window that has just become narrower, it would break in two. */
  private static final String WRAP_OFF = "\u001b[?7l";

  private static final String WRAP_ON = "\u001b[?7h";

  private final PrintStream out;
  private final IntSupplier columns;
  private final char full;
  private final char empty;

  /**
   * @param charset what the terminal understands
   * @param columns its width, asked whenever the line is drawn
   */
  TerminalLine(PrintStream out, Charset charset, IntSupplier columns) {
    this.out = out;
    this.columns = columns;
    boolean blocks = charset.newEncoder().canEncode('█');
    full = blocks ? '█' : '#';
    empty = blocks ? '░' : '.';
  }

  /** The terminal behind standard error; nothing where there is none. */
  public static Optional<TerminalLine> onStandardError() {
    PrintStream out = System.err;
    return ErrorTerminal.find()
        .map(terminal -> new TerminalLine(out, Charset.defaultCharset(), terminal::columns));
  }

  /** How long the line may be: a terminal may wrap after a sign in the last column. */
  public int room() {
    return columns.getAsInt() - 1;
  }

  /**
   * A bar.
   *
   * @param done 0 to 1
   */
  public String bar(int length, double done) {
    int filled = (int) Math.max(0, Math.min(length, length * done));
    return String.valueOf(full).repeat(filled) + String.valueOf(empty).repeat(length - filled);
  }

  /** The sign for what is done. */
  char full() {
    return full;
  }

  /** The sign for what is left. */
  char empty() {
    return empty;
  }

  /** Draws the line in the place of what stood there. */
  public void draw(String line) {
    synchronized (out) {
      out.print(WRAP_OFF + START_OF_LINE + line + ERASE_TO_END_OF_LINE + WRAP_ON);
      out.flush();
    }
  }

  /**
   * Prints a line that stays.
   *
   * @param below what is drawn under it
   */
  public void print(String line, String below) {
    synchronized (out) {
      out.print(START_OF_LINE + line + ERASE_TO_END_OF_LINE + "\n");
      draw(below);
    }
  }

  /** What is drawn stays, and nothing follows. */
  public void end() {
    synchronized (out) {
      out.print("\n");
      out.flush();
    }
  }
}
