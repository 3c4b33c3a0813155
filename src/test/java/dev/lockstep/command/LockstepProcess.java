package dev.lockstep.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The program in a process of its own, as a user starts it. */
final class LockstepProcess implements AutoCloseable {
  private static final long PATIENCE_MINUTES = 5;

  /**
   * What a process came to.
   *
   * @param out all of its standard output
   * @param err all of its standard error
   */
  record Ended(int status, String out, String err) {}

  private final Process process;
  private final BufferedReader err;
  private final Path out;
  private final StringBuilder heard = new StringBuilder();

  private LockstepProcess(Process process, Path out) {
    this.process = process;
    this.out = out;
    err =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
  }

  /** Runs a command line to its end. */
  static Ended run(Object... arguments) {
    try (LockstepProcess started = start(arguments)) {
      return started.end();
    }
  }

  static LockstepProcess start(Object... arguments) {
    return start(List.of(), arguments);
  }

  /**
   * @param before what starts the Java process, such as a shell that sets limits
   */
  static LockstepProcess start(List<String> before, Object... arguments) {
    List<String> command = new ArrayList<>(interruptible());
    command.addAll(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-Dfile.encoding=UTF-8",
            "-cp",
            classPath(),
            "dev.lockstep.Lockstep"));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    try {
      Path out = Files.createTempFile("lockstep", ".out");
      ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
      builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
      return new LockstepProcess(builder.start(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads standard error up to a line. */
  String awaitLine(Predicate<String> wanted) {
    try {
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        heard.append(line).append('\n');
        if (wanted.test(line)) {
          return line;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("it ended without that line:\n" + heard);
  }

  /** As Ctrl-C does. */
  void interrupt() {
    try {
      new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** As {@code kill -9} does; what the process said before can still be read. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  Ended end() {
    try {
      err.lines().forEach(line -> heard.append(line).append('\n'));
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        throw new AssertionError("it does not end:\n" + heard);
      }
      return new Ended(process.exitValue(), Files.readString(out), heard.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Files.deleteIfExists(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A shell starts what runs in the background deaf to Ctrl-C, and its children inherit that. */
  private static List<String> interruptible() {
    Path status = Path.of("/proc/self/status");
    try {
      boolean deaf =
          Files.isReadable(status)
              && Files.readAllLines(status).stream()
                  .filter(line -> line.startsWith("SigIgn:"))
                  .anyMatch(
                      line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
      return deaf ? List.of("env", "--default-signal=INT") : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the test itself, however it was started. */
  private static String classPath() {
    if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader) {
      return Arrays.stream(loader.getURLs())
          .map(URL::getPath)
          .collect(Collectors.joining(System.getProperty("path.separator")));
    }
    return System.getProperty("java.class.path");
  }
}
