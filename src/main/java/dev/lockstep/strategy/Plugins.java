package dev.lockstep.strategy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The jars in the folder {@code plugins} of the project. */
final class Plugins {
  private static final String HOME = "lockstep.home";
  private static final String FOLDER = "plugins";

  // For the whole process: a strategy's classes are loaded as they are needed.
  private static ClassLoader classLoader;

  private Plugins() {}

  /** Lockstep's own class path, and after it the jars. */
  static synchronized ClassLoader classLoader() {
    if (classLoader == null) {
      classLoader = over(Path.of(System.getProperty(HOME, "")).resolve(FOLDER));
    }
    return classLoader;
  }

  /**
   * @param folder may be missing
   * @throws InvalidInputException if it cannot be read
   */
  static ClassLoader over(Path folder) {
    ClassLoader own = TrainingStrategy.class.getClassLoader();
    List<Path> jars = jars(folder);
    return jars.isEmpty()
        ? own
        : new URLClassLoader(jars.stream().map(Plugins::url).toArray(URL[]::new), own);
  }

  private static List<Path> jars(Path folder) {
    List<Path> jars = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jar")) {
        found.forEach(jars::add);
      } catch (IOException e) {
        throw new InvalidInputException(
            folder.toString(), "cannot be read: " + e.getMessage(), "see its permissions", e);
      }
    }
    Collections.sort(jars);
    return jars;
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (IOException e) {
      throw new InvalidInputException(
          jar.toString(), "cannot be named as a URL: " + e.getMessage(), "rename the file", e);
    }
  }
}
