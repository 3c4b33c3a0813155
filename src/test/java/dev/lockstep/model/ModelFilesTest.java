package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import dev.lockstep.config.ConfigFile;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** What the files in {@code conf/models} say of themselves. Graphs are built and never run. */
class ModelFilesTest {
  private static final Path FOLDER = Path.of("conf", "models");

  /** A large graph takes a second to build. */
  private static final Map<String, List<Variable>> LEARNED = new HashMap<>();

  static List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void parametersAreThoseOfTheComment(String file) throws IOException {
    String comment = comment(file);
    Matcher words = Pattern.compile("a vocabulary of ([\\d,]+) tokens").matcher(comment);
    assertThat(words.find()).as("%s names a vocabulary's size", file).isTrue();
    List<Variable> learned = learned(file, Integer.parseInt(words.group(1).replace(",", "")));
    assertThat(comment)
        .contains(
            String.format(
                Locale.ROOT,
                "image %,d, text %,d, together with the logit scale %,d",
                parameters(learned, Side.IMAGE),
                parameters(learned, Side.TEXT),
                learned.stream().mapToLong(Variable::size).sum()));
  }

  /** The figures of Chinese-CLIP's model card, in millions; that of CLIP is transformers' count. */
  @ParameterizedTest
  @CsvSource({
    "chinese-clip-rn50.conf, 21128, 38, 39",
    "chinese-clip-vit-b-16.conf, 21128, 86, 102",
    "chinese-clip-vit-l-14.conf, 21128, 304, 102",
    "chinese-clip-vit-l-14-336.conf, 21128, 304, 102",
    "chinese-clip-vit-h-14.conf, 21128, 632, 326"
  })
  void towersHaveTheirPublishedSizes(String file, int vocabulary, long image, long text) {
    List<Variable> learned = learned(file, vocabulary);
    assertThat(Math.round(parameters(learned, Side.IMAGE) / 1e6)).isEqualTo(image);
    assertThat(Math.round(parameters(learned, Side.TEXT) / 1e6)).isEqualTo(text);
  }

  @Test
  void clipHasTheParametersOfTransformersModel() {
    assertThat(learned("clip-vit-b-32.conf", 49408).stream().mapToLong(Variable::size).sum())
        .isEqualTo(151_277_313);
  }

  @ParameterizedTest
  @MethodSource("files")
  void commentsGiveTheMemoryOfAStep(String file) throws IOException {
    assertThat(comment(file)).containsPattern("a training step of \\d+ pairs? takes [\\d.]+ GB");
  }

  private static String comment(String file) throws IOException {
    return Files.readAllLines(FOLDER.resolve(file)).stream()
        .takeWhile(line -> line.startsWith("#"))
        .map(line -> line.substring(1).strip())
        .collect(Collectors.joining(" "));
  }

  private static long parameters(List<Variable> variables, Side side) {
    return variables.stream().filter(v -> Side.of(v) == side).mapToLong(Variable::size).sum();
  }

  private static List<Variable> learned(String file, int vocabularySize) {
    return LEARNED.computeIfAbsent(file, f -> build(f, vocabularySize));
  }

  private static List<Variable> build(String file, int vocabularySize) {
    Block block = ConfigFile.read(FOLDER.resolve(file), List.of());
    int imageSize = block.block("data").integer("image-size", 1, 1024);
    int contextLength = block.block("tokenizer").integer("context-length", 1, 1024, 52);
    ModelSpec spec = ModelSpec.from(block.block("model"), imageSize, contextLength);
    block.finish();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, 0);
      LayerMode mode = LayerMode.evaluation(false);
      new DualEncoder(tf, variables, spec, vocabularySize)
          .encodePixels(
              tf.placeholder(TFloat32.class, new Placeholder.Options[0]),
              new Tokens(
                  tf.placeholder(TInt32.class, new Placeholder.Options[0]),
                  tf.placeholder(TInt32.class, new Placeholder.Options[0])),
              mode,
              mode);
      return variables.trainable();
    }
  }
}
