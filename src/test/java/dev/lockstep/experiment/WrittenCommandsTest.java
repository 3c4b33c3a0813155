package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands that pages and experiment files tell a reader to enter are ones that can be. */
class WrittenCommandsTest {
  private static final Pattern COMMAND =
      Pattern.compile("bin/lockstep (?:run|doctor|prepare) experiments/([^\n`#]*)");

  static List<String> commands() throws IOException {
    try (Stream<Path> pages = Files.walk(Path.of("docs"));
        Stream<Path> experiments = Files.walk(Path.of("experiments"))) {
      return Stream.of(Stream.of(Path.of("README.md")), pages, experiments)
          .flatMap(files -> files)
          .filter(Files::isRegularFile)
          .flatMap(WrittenCommandsTest::commandsIn)
          .distinct()
          .toList();
    }
  }

  private static Stream<String> commandsIn(Path file) {
    try {
      String text = Files.readString(file).replaceAll("\\\\\n(?:# )? *", "");
      return COMMAND.matcher(text).results().map(found -> found.group(1).replaceAll("[ )]+$", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Path> experiments() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("experiments"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void areAtTheHeadOfEachExperiment(Path experiment) throws IOException {
    assertThat(Files.readString(experiment)).startsWith("# ").contains("#   bin/lockstep ");
    Experiment.read(experiment, List.of(), false);
  }

  @Test
  void areFound() throws IOException {
    assertThat(commands()).contains("quickstart.conf").hasSizeGreaterThan(20);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void nameFilesAndKeysThatThereAre(String command) {
    List<String> words = Arrays.asList(command.split(" +", -1));
    // Checkpoints are the reader's own.
    List<String> keys =
        words.stream().filter(w -> w.contains("=") && !w.contains(".pretrained=")).toList();
    Experiment.read(Path.of("experiments", words.get(0)), keys, words.contains("--smoke"));
  }
}
