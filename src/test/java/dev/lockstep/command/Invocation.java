package dev.lockstep.command;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A command line as a user gives it, run in this process.
 *
 * @param out what went to standard output
 * @param err what went to standard error
 */
record Invocation(int exitStatus, String out, String err) {

  static Invocation of(Object... arguments) {
    return withInput(new byte[0], arguments);
  }

  /**
   * @param input for standard input
   */
  static Invocation withInput(byte[] input, Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    PrintStream out = System.out;
    PrintStream err = System.err;
    InputStream in = System.in;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    ByteArrayOutputStream capturedErrors = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(capturedErrors, true, StandardCharsets.UTF_8));
      System.setIn(new ByteArrayInputStream(input));
      int status = LockstepCommand.execute(words);
      return new Invocation(
          status,
          captured.toString(StandardCharsets.UTF_8),
          capturedErrors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
      System.setIn(in);
    }
  }

  /** A file or folder in {@code src/test/resources}. */
  static Path resource(String name) {
    try {
      return Path.of(Invocation.class.getResource("/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
