package dev.lockstep.strategy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.ServiceConfigurationError;

/** What is wrong with a strategy of one's own that the service loader cannot use. */
final class PluginError {
  private static final String SERVICES = "META-INF/services/" + TrainingStrategy.class.getName();

  private PluginError() {}

  /** Names the file that names the class, for the error names the class alone. */
  static InvalidInputException explain(ClassLoader classes, ServiceConfigurationError error) {
    String message = String.valueOf(error.getMessage());
    String found = message.replaceFirst("^" + TrainingStrategy.class.getName() + ": ", "");
    Throwable cause = error.getCause();
    return new InvalidInputException(
        place(classes, found),
        "a strategy cannot be used: " + found + (cause == null ? "" : ": " + cause),
        "a strategy is a public class with a constructor without arguments that implements "
            + TrainingStrategy.class.getName()
            + "; correct it, or take its jar out of plugins",
        error);
  }

  private static String place(ClassLoader classes, String found) {
    try {
      List<URL> files = Collections.list(classes.getResources(SERVICES));
      for (URL file : files) {
        for (String line : lines(file)) {
          String name = line.replaceFirst("#.*", "").strip();
          if (!name.isEmpty() && found.contains(name)) {
            return file.getPath().replaceFirst("^file:", "");
          }
        }
      }
    } catch (IOException e) {
      return SERVICES;
    }
    return SERVICES;
  }

  private static List<String> lines(URL file) throws IOException {
    URLConnection connection = file.openConnection();
    // The jar may have been replaced since another was read from there.
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
