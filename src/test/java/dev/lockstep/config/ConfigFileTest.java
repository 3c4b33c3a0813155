package dev.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static Block read(Path file, String... arguments) {
    return ConfigFile.read(file, List.of(arguments));
  }

  private static AbstractThrowableAssert<?, ?> refused(Path file, String... arguments) {
    return assertThatThrownBy(() -> read(file, arguments))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void namesTheFileAndTheLine() throws IOException {
    Path file = write("run.conf", "name = a\n\nseed = seven\n");
    assertThatThrownBy(() -> read(file).integer("seed", 0, 99))
        .hasMessage(file + ":3: seed = \"seven\"\n  expected a whole number from 0 to 99");
    assertThatThrownBy(() -> read(file).finish())
        .hasMessageStartingWith(file + ":1: name is not a key that is known here");
    assertThatThrownBy(() -> read(file).path("data"))
        .hasMessage(file + ":1: data is missing\n  expected a path");
  }

  @Test
  void refusesAFileThatIsMissingOrAFolder() throws IOException {
    write("quickstart.conf", "");
    refused(folder.resolve("quikstart.conf"))
        .hasMessage(
            folder.resolve("quikstart.conf")
                + ": there is no such file\n"
                + "  did you mean quickstart.conf? give the path of an experiment file");
    refused(folder.resolve("quickstart")).hasMessageContaining("did you mean quickstart.conf?");
    refused(folder).hasMessageContaining("this is a folder, not a file");
    refused(folder.resolve("none/at/all.conf")).hasMessageContaining("there is no such file");
  }

  @Test
  void refusesWhatIsNotUtf8() throws IOException {
    Path file = folder.resolve("gbk.conf");
    Files.write(file, new byte[] {'n', '=', (byte) 0xb1, (byte) 0xed});
    refused(file).hasMessageContaining(file + ": this is not a text in UTF-8");
  }

  @Test
  void readsPastAByteOrderMark() throws IOException {
    Path file = write("bom.conf", "\uFEFFname = 表情\n");
    assertThat(read(file).string("name")).isEqualTo("表情");
  }

  @Test
  void refusesBrokenHocon() throws IOException {
    refused(write("open.conf", "name = a\nmodel {\n  width = 4\n"))
        .hasMessageMatching("(?s).*open\\.conf:\\d: this is not HOCON: .*");
    refused(write("quote.conf", "name = \"a\nseed = 1\n")).hasMessageContaining("quote.conf:1: ");
  }

  // Includes

  @Test
  void includesFilesFromWhereEachStands() throws IOException {
    write("conf/sizes.conf", "width = 128\n");
    write("conf/models/tiny.conf", "# small\nmodel { include \"../sizes.conf\", layers = two }\n");
    write("conf/data.conf", "data { train = ../emoji/train.csv }\n");
    Path file =
        write(
            "experiments/run.conf",
            """
            include "../conf/models/tiny.conf"
            include file("../conf/data.conf")
            """);
    Block block = read(file);
    Block model = block.block("model");

    assertThat(model.integer("width", 1, 999)).isEqualTo(128);
    assertThatThrownBy(() -> model.integer("layers", 1, 9))
        .hasMessageStartingWith(
            folder.resolve("conf/models/tiny.conf") + ":2: model.layers = \"two\"");
    assertThat(block.block("data").path("train")).isEqualTo(folder.resolve("emoji/train.csv"));
  }

  @Test
  void refusesAnIncludeThatIsMissing() throws IOException {
    write("conf/tiny.conf", "");
    Path file = write("run.conf", "name = a\ninclude \"conf/tny.conf\"\n");
    refused(file)
        .hasMessage(
            file
                + ":2: include \"conf/tny.conf\": there is no such file\n"
                + "  did you mean tiny.conf? the path counts from the file that includes it");
    refused(write("bare.conf", "include \"conf/tiny\""))
        .hasMessageContaining("did you mean tiny.conf?");
    refused(write("folder.conf", "include \"conf\"")).hasMessageContaining("this is a folder");
    refused(write("web.conf", "include url(\"https://example.org/a.conf\")"))
        .hasMessageContaining(
            "web.conf:1: include url(\"https://example.org/a.conf\") is not possible here");
    refused(write("class.conf", "include classpath(\"a.conf\")"))
        .hasMessageContaining("is not possible here");
  }

  @Test
  void refusesIncludesInACircle() throws IOException {
    Path a = write("a.conf", "include \"b.conf\"");
    Path b = write("b.conf", "\ninclude \"a.conf\"");
    refused(a)
        .hasMessage(
            "%s:2: include \"a.conf\": this goes round in a circle\n  %s includes %s includes %s"
                .formatted(b, a, b, a));
  }

  @Test
  void takesAFileThatIsIncludedTwice() throws IOException {
    write("sizes.conf", "width = 128");
    Path file =
        write("run.conf", "image { include \"sizes.conf\" }, text { include \"sizes.conf\" }");
    assertThat(read(file).block("text").integer("width", 1, 999)).isEqualTo(128);
  }

  // Substitutions

  @Test
  void fillsInOtherKeysAndSaysWhichIsMissing() throws IOException {
    Path file = write("run.conf", "width = 64\nhidden = ${width}\n");
    assertThat(read(file, "width=32").integer("hidden", 1, 999)).isEqualTo(32);
    refused(write("none.conf", "a = 1\nb = ${widht}\n"))
        .hasMessage(
            folder.resolve("none.conf")
                + ":2: ${widht} has no value\n"
                + "  give the key a value, or write ${?key} where it may be missing");
    refused(write("round.conf", "a = ${b}\nb = ${a}\n"))
        .hasMessageContaining("was part of a cycle of substitutions");
  }

  @Test
  void refusesARelativePathWhosePartsComeFromSeveralFiles() throws IOException {
    write("conf/data.conf", "data { train = ${root}/train.csv }");
    Path relative = write("relative.conf", "root = emoji\ninclude \"conf/data.conf\"");
    Path absolute = write("absolute.conf", "root = /emoji\ninclude \"conf/data.conf\"");

    assertThatThrownBy(() -> read(relative).block("data").path("train"))
        .hasMessageContaining("expected an absolute path, since its parts were written in several");
    assertThat(read(absolute).block("data").path("train")).isEqualTo(Path.of("/emoji/train.csv"));
  }

  @Test
  void namesTheFileOfTheCommandLineForABlockOfSeveralFiles() throws IOException {
    write("conf/data.conf", "data { size = 64 }");
    Path file = write("run.conf", "include \"conf/data.conf\"\ndata { train = a.csv }");
    assertThatThrownBy(() -> read(file).block("data").path("test"))
        .hasMessage(file + ": data.test is missing\n  expected a path");
  }

  // key=value

  @Test
  void argumentsReachEveryDepth() throws IOException {
    Path file =
        write("run.conf", "seed = 1, model { layers = 2 }, stages = [{ epochs = 1, n = a }]");
    Block block =
        read(file, "seed=8", "model.width=64", "stages.0.epochs = 2", "name=my run", "ks=[1,2]");
    Block stage = block.blocks("stages").get(0);

    assertThat(block.integer("seed", 0, 9)).isEqualTo(8);
    assertThat(block.block("model").integer("layers", 0, 9)).isEqualTo(2);
    assertThat(block.block("model").integer("width", 0, 99)).isEqualTo(64);
    assertThat(stage.integer("epochs", 0, 9)).isEqualTo(2);
    assertThat(stage.string("n")).isEqualTo("a");
    assertThat(block.string("name")).isEqualTo("my run");
    assertThat(block.integers("ks", 0, 9, List.of())).containsExactly(1, 2);
  }

  @Test
  void argumentsMayStandOnWhatTheFileFillsIn() throws IOException {
    Path file =
        write(
            "run.conf",
            """
            base { epochs = 1, rate = 0.5 }
            both = ${base} { rate = 0.1 }
            stages = [${base} { epochs = 3 }]
            seed = 4
            """);
    Block block = read(file, "both.rate=0.2", "base.rate=0.7", "stages.0.epochs=${seed}");

    assertThat(block.block("both").number("rate", 0, 1)).isEqualTo(0.2);
    assertThat(block.block("both").integer("epochs", 0, 9)).isEqualTo(1);
    assertThat(block.blocks("stages").get(0).integer("epochs", 0, 9)).isEqualTo(4);
    assertThat(block.blocks("stages").get(0).number("rate", 0, 1)).isEqualTo(0.7);
  }

  @Test
  void theLastOfEqualArgumentsCounts() throws IOException {
    assertThat(read(write("run.conf", ""), "seed=1", "seed=2").integer("seed", 0, 9)).isEqualTo(2);
  }

  @Test
  void aPathInAnArgumentCountsFromTheWorkingDirectory() throws IOException {
    Path file = write("run.conf", "train = a.csv");
    assertThat(read(file).path("train")).isEqualTo(folder.resolve("a.csv"));
    assertThat(read(file, "train=a.csv").path("train"))
        .isEqualTo(Path.of("a.csv").toAbsolutePath());
  }

  @Test
  void argumentsAreCheckedLikeTheFile() throws IOException {
    Path file = write("run.conf", "seed = 1, stages = [{ epochs = 1 }]");
    assertThatThrownBy(() -> read(file, "seed=seven").integer("seed", 0, 9))
        .hasMessage(
            "argument 'seed=seven': seed = \"seven\"\n  expected a whole number from 0 to 9");

    Block block = read(file, "stages.0.epoch=2");
    block.integer("seed", 0, 9);
    block.blocks("stages").get(0).integer("epochs", 0, 9);
    assertThatThrownBy(block::finish)
        .hasMessage(
            """
            argument 'stages.0.epoch=2': stages.0.epoch is not a key that is known here
              did you mean epochs? known keys of stages.0: epochs""");
    Block unknown = read(file, "stagez.0.epochs=2", "seed.x=3");
    assertThatThrownBy(() -> unknown.integer("seed", 0, 9))
        .hasMessageStartingWith("argument 'seed.x=3': seed = {\"x\":3}");
    unknown.blocks("stages").get(0).integer("epochs", 0, 9);
    assertThatThrownBy(unknown::finish)
        .hasMessageStartingWith("argument 'stagez.0.epochs=2': stagez is not a key");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          seed              | this is not key=value                   | for example: name=second stages.0.epochs=2
          =3                | this is not key=value                   | for example: name=second stages.0.epochs=2
          a..b=3            | 'a..b' is not a key                     | join names by single dots, as in stages.0.epochs=2
          name=             | there is no value                       | if it is a text, quote it: 'name=""'
          back=#ffffff      | '#ffffff' is not a value in HOCON       | if it is a text, quote it: 'back="#ffffff"'
          name={a           | '{a' is not a value in HOCON            | if it is a text, quote it: 'name="{a"'
          name=a, seed=2    | there is more than one value here       | give each key an argument of its own, or quote the value: 'name="a, seed=2"'
          stages.1.epochs=2 | '1' picks nothing from a list of 1      | use a number from 0 to 0
          """)
  void refusesWhatIsNoArgument(String argument, String found, String advice) throws IOException {
    Path file = write("run.conf", "stages = [{ epochs = 1 }]");
    refused(file, argument).hasMessage("argument '" + argument + "': " + found + "\n  " + advice);
  }

  @Test
  void refusesAnArgumentThatIsFilledInFromNowhere() throws IOException {
    refused(write("run.conf", ""), "seed=${none-such}")
        .hasMessageStartingWith("argument 'seed=${none-such}': ")
        .hasMessageContaining("${none-such}");
    refused(write("list.conf", "stages=[{}]"), "stages.0.seed=${none-such}")
        .hasMessageStartingWith("argument 'stages.0.seed=${none-such}': ");
  }

  @Test
  void theResolvedFileKeepsItsMeaningInAnotherFolder() throws IOException {
    Block first = read(write("run.conf", "train = data/a.csv"), "seed=3");
    first.path("train");
    first.integer("seed", 0, 9);
    Path copy = write("runs/x/experiment.conf", first.resolved());
    Block second = read(copy);

    assertThat(second.path("train")).isEqualTo(folder.resolve("data/a.csv"));
    assertThat(second.integer("seed", 0, 9)).isEqualTo(3);
    assertThat(Files.readString(copy, StandardCharsets.UTF_8)).doesNotContain("#");
  }
}
