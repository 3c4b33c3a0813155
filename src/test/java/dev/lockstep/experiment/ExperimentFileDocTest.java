package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That docs/experiment-file.md lists the keys, values and defaults that the program has. */
class ExperimentFileDocTest {
  private static final String TYPE = "type = ";

  /** A key that another key's value brings. */
  private static final String END_OF_TEXT = ", pooling = end-of-text, end-of-text = 3";

  /** Every key that has no default, in files that have all towers and forms between them. */
  private static final String VIT =
      """
      name = vit
      data { train = train.csv, test = test.csv, image-size = 32 }
      tokenizer { vocabulary = vocab.txt }
      device { batches-ahead = 1 }
      model {
        image { type = vit, patch = 8, layers = 1, hidden = 64 }
        text { type = bert, layers = 1, hidden = 64 }
        embedding = 16
      }
      stages = [{
        strategy = joint, batch-size = 8, steps = 2
        optimizer { learning-rate { image = 1e-3, text = 1e-4 } }
      }]
      """;

  private static final String RESNET =
      VIT.replace("type = vit, patch = 8, layers = 1, hidden = 64", "type = resnet")
          .replace("steps = 2", "epochs = 2")
          .replace("learning-rate { image = 1e-3, text = 1e-4 }", "learning-rate = 1e-3");

  private static final String CLIP =
      VIT.replace("type = vit, patch = 8, layers = 1, hidden = 64", "type = modified-resnet")
          .replace("type = bert,", "type = causal-transformer" + END_OF_TEXT + ",");

  private static final String UNLOCK_LAST = strategy("type = unlock-last ");
  private static final String GRADUAL = strategy("type = gradual ");
  private static final String ALTERNATING = strategy("type = alternating ");
  private static final String RULES =
      strategy("type = rules, rules = [{ match = \".*\", factor = 1 }]")
          .replace("optimizer {", "optimizer { warmup {}, weight-decay {}, layer-decay {},");

  private static final List<String> OBJECTIVES =
      Stream.of(
              "info-nce",
              "sigmoid",
              "fit-embedding",
              "fit-similarity",
              "two-views",
              "masked-language",
              "apart")
          .map(type -> VIT.replace("optimizer {", "objective { type = " + type + " }, optimizer {"))
          .toList();

  private static String strategy(String block) {
    return VIT.replace("strategy = joint", "strategy { " + block + "}");
  }

  /**
   * A row of one of the page's tables.
   *
   * @param block such as {@code model.image}; empty for the outermost
   * @param type the tower that the table is for, or empty
   * @param value what is expected
   * @param fallback as HOCON, or empty where the page gives none or says it in words
   */
  record Row(String block, String type, String key, String value, String fallback) {
    boolean isOf(String experiment) {
      return type.isEmpty()
          || experiment.contains(TYPE + type + ",")
          || experiment.contains(TYPE + type + " ");
    }

    /** As an argument names it. */
    String argument() {
      return inList(block.isEmpty() ? key : block + "." + key);
    }
  }

  private static final Pattern HEADING = Pattern.compile("#+ `([a-z.-]+)`(?: with `type = (.*)`)?");
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z-]+)` \\| ([^|]*) \\| ([^|]*) \\| [^|]+ \\|");

  private static List<Row> rows;
  private static Set<String> blocks;

  @TempDir private Path folder;

  @BeforeEach
  void readPage() throws IOException {
    rows = new ArrayList<>();
    blocks = new LinkedHashSet<>();
    String block = "";
    String type = "";
    String before = "";
    for (String line : Files.readAllLines(Path.of("docs/experiment-file.md"))) {
      Matcher heading = HEADING.matcher(line);
      Matcher row = ROW.matcher(line);
      if (heading.matches()) {
        block = heading.group(1);
        type = heading.group(2) == null ? "" : heading.group(2);
        blocks.add(block);
      } else if (row.matches()) {
        assertThat(before).as("what is before " + line + ", in the same table").startsWith("|");
        Matcher code = Pattern.compile("`(.*)`").matcher(row.group(3));
        rows.add(
            new Row(block, type, row.group(1), row.group(2), code.matches() ? code.group(1) : ""));
      } else {
        assertThat(line).as("a row of a table that cannot be read").doesNotStartWith("| `");
      }
      before = line;
    }
  }

  static Stream<String> experiments() {
    return Stream.concat(
        Stream.of(VIT, RESNET, CLIP, UNLOCK_LAST, GRADUAL, ALTERNATING, RULES),
        OBJECTIVES.stream());
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void listsTheKeysThatThereAreAndNoOther(String experiment) {
    Set<String> seen = new TreeSet<>();
    for (String block : blocks) {
      if (!isThere(block, experiment)) {
        continue;
      }
      seen.add(block);
      assertThat(documented(block, experiment)).as(block).isEqualTo(known(block, experiment));
    }
    assertThat(documented("", experiment)).isEqualTo(known("", experiment));
    assertThat(seen).contains("data", "model.image", "stages.optimizer");
  }

  @Test
  void saysWhatTheProgramExpects() {
    for (Row row : rows) {
      // A list within a list is a value that no key takes.
      String key = row.argument();
      String value = key.equals("device.gpus") ? "{}" : "[[]]";
      List<String> expected =
          experiments()
              .filter(row::isOf)
              .map(experiment -> refusal(experiment, key + "=" + value))
              .map(message -> message.replaceFirst("(?s).*expected (.*)", "$1"))
              .toList();
      assertThat(expected)
          .as(key + ", of which the page says: " + row.value())
          .anyMatch(row.value()::startsWith);
    }
  }

  @Test
  void givesTheDefaultsOfTheProgram() {
    for (Row row : rows) {
      if (!row.fallback().isEmpty() && !row.value().equals("a path")) {
        String experiment =
            experiments()
                .filter(file -> row.isOf(file) && isThere(row.block(), file))
                .findFirst()
                .orElseThrow()
                .replace(END_OF_TEXT, "");
        assertThat(read(experiment, row.argument() + "=" + row.fallback()).resolved())
            .as("the default of " + row.argument())
            .isEqualTo(read(experiment).resolved());
      }
    }
  }

  @Test
  void itsExampleCanBeRead() throws IOException {
    String page = Files.readString(Path.of("docs/experiment-file.md"));
    String example =
        page.replaceFirst("(?s).*?```hocon\n(.*?)```.*", "$1")
            .replace("../conf", Path.of("conf").toAbsolutePath().toString());

    assertThat(read(example).stages()).hasSize(2);
  }

  /** Whether an experiment has a block that need not be there, or that may be a plain value. */
  private static boolean isThere(String block, String experiment) {
    String key = block.substring(block.lastIndexOf('.') + 1);
    return switch (block) {
      case "stages.optimizer.learning-rate",
          "stages.optimizer.warmup",
          "stages.optimizer.weight-decay",
          "stages.optimizer.layer-decay" ->
          experiment.contains(key + " {");
      case "stages.objective" -> OBJECTIVES.contains(experiment);
      case "stages.strategy" -> experiment.contains("strategy {");
      case "stages.strategy.rules" -> experiment.equals(RULES);
      default -> true;
    };
  }

  private static Set<String> documented(String block, String experiment) {
    Set<String> names = new TreeSet<>();
    rows.stream()
        .filter(row -> row.block().equals(block) && row.isOf(experiment))
        .forEach(row -> names.add(row.key()));
    for (String other : blocks) {
      if (other.equals("stages.strategy.rules") && !experiment.equals(RULES)) {
        continue;
      }
      int dot = other.lastIndexOf('.');
      if (other.substring(0, Math.max(0, dot)).equals(block)) {
        names.add(other.substring(dot + 1));
      }
    }
    return names;
  }

  /** The keys that the program names where it meets one that it does not know. */
  private Set<String> known(String block, String experiment) {
    String prefix = block.isEmpty() ? "" : block + ".";
    String message = refusal(experiment, inList(prefix + "0o0") + "=1");
    return new TreeSet<>(List.of(message.replaceFirst("(?s).*known keys[^:]*: ", "").split(", ")));
  }

  private String refusal(String experiment, String argument) {
    return catchThrowableOfType(InvalidInputException.class, () -> read(experiment, argument))
        .getMessage();
  }

  private Experiment read(String experiment, String... arguments) {
    try {
      Path file = folder.resolve("experiment.conf");
      Files.writeString(file, experiment);
      return Experiment.read(file, List.of(arguments), false);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String inList(String key) {
    return key.replaceFirst("^stages\\.", "stages.0.")
        .replaceFirst("^stages$", "stages.0")
        .replaceFirst("strategy\\.rules\\.", "strategy.rules.0.");
  }
}
