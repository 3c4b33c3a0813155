package dev.lockstep.experiment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * Which code ran.
 *
 * @param version the project's version
 * @param commit the commit that the project folder stands on; empty where it is no git repository,
 *     or where git is missing or refuses
 * @param modified whether files that the build reads differ from that commit
 */
public record CodeVersion(String version, Optional<String> commit, boolean modified) {
  private static final int GIT_SECONDS = 10;

  /** Of this process; bin/lockstep names the project folder in {@code lockstep.home}. */
  public static CodeVersion ofThisProcess() {
    String home = System.getProperty("lockstep.home");
    return home == null
        ? new CodeVersion(projectVersion(), Optional.empty(), false)
        : of(Path.of(home));
  }

  /** Of the project in a folder, as git sees it now. */
  static CodeVersion of(Path home) {
    List<String> head = git(home, "rev-parse", "--show-toplevel", "HEAD");
    // A copy of the project inside another repository stands on no commit of its own.
    if (head.size() < 2 || !isSame(home, Path.of(head.get(0)))) {
      return new CodeVersion(projectVersion(), Optional.empty(), false);
    }
    List<String> changed =
        git(home, "status", "--porcelain", "--", "src/main", "pom.xml", ".mvn", "bin");
    return new CodeVersion(projectVersion(), Optional.of(head.get(1)), !changed.isEmpty());
  }

  private static String projectVersion() {
    Properties properties = new Properties();
    try (InputStream stream = CodeVersion.class.getResourceAsStream("build.properties")) {
      properties.load(stream);
    } catch (IOException e) {
      throw new IllegalStateException("build.properties cannot be read from the class path", e);
    }
    return properties.getProperty("version");
  }

  private static boolean isSame(Path a, Path b) {
    try {
      return Files.isSameFile(a, b);
    } catch (IOException e) {
      return false;
    }
  }

  /** The lines that git prints, or none where it fails. */
  private static List<String> git(Path folder, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      byte[] printed = process.getInputStream().readAllBytes();
      if (!process.waitFor(GIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroy();
        return List.of();
      }
      return new String(printed, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }
}
