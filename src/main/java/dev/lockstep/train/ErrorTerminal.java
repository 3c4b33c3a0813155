package dev.lockstep.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal behind standard error. {@link System#console} knows only one that standard input and
 * output share, so on Unix a shell that inherits standard error is asked.
 */
final class ErrorTerminal {
  private static final int USUAL_COLUMNS = 80;
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private int columns = USUAL_COLUMNS;
  private long lookedAt;
  private boolean looked;

  private ErrorTerminal() {}

  /** Nothing where standard error goes elsewhere, or to a terminal that cannot move its cursor. */
  static Optional<ErrorTerminal> find() {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    boolean terminal =
        windows
            ? System.console() != null
            : !"dumb".equals(System.getenv("TERM")) && !ask("test -t 2 && echo yes").isEmpty();
    return terminal ? Optional.of(new ErrorTerminal()) : Optional.empty();
  }

  /** Its width; a window may be resized at any time, so it is looked up every two seconds. */
  synchronized int columns() {
    long now = System.nanoTime();
    if (!looked || now - lookedAt > LOOK_AGAIN_NANOS) {
      String size = ask("stty size <&2");
      if (size.matches("\\d+ [1-9]\\d*")) {
        columns = Integer.parseInt(size.substring(size.indexOf(' ') + 1));
      }
      looked = true;
      lookedAt = now;
    }
    return columns;
  }

  private static String ask(String command) {
    try {
      Process shell =
          new ProcessBuilder("sh", "-c", command)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      shell.getOutputStream().close();
      String answer = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return shell.waitFor() == 0 ? answer.strip() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
