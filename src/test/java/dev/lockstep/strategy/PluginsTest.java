package dev.lockstep.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.tensorflow.Variable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Strategies of one's own in jars of the folder {@code plugins}. */
class PluginsTest {
  private static final String SERVICES = "META-INF/services/" + TrainingStrategy.class.getName();

  @TempDir private Path folder;

  /** A strategy that a jar may name. */
  public static final class Own implements TrainingStrategy {
    @Override
    public String name() {
      return "own";
    }

    @Override
    public TrainingStrategy with(Block options) {
      options.integer("strength", 1, 5);
      return this;
    }

    @Override
    public double learningRateFactor(Variable variable) {
      return 1;
    }
  }

  /** One that cannot be made. */
  public static final class Throwing implements TrainingStrategy {
    public Throwing() {
      throw new IllegalStateException("no luck today");
    }

    @Override
    public String name() {
      return "throwing";
    }

    @Override
    public double learningRateFactor(Variable variable) {
      return 1;
    }
  }

  @Test
  void aJarIsFoundByItsStrategysName() throws IOException {
    jar(Own.class.getName());

    assertThat(from("strategy { type = own, strength = 3 }").name()).isEqualTo("own");
    assertThatThrownBy(() -> from("strategy { type = own, strength = 9 }"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("strategy.strength = 9");
  }

  static Stream<Arguments> unusable() {
    return Stream.of(
        Arguments.of("com.example.Missing", "not found"),
        Arguments.of(Throwing.class.getName(), "no luck today"),
        Arguments.of(PluginsTest.class.getName(), "not a subtype"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void aClassThatIsMissingThrowsOrIsNoStrategyIsRefused(String provider, String reason)
      throws IOException {
    jar(provider);
    assertThatThrownBy(() -> from("strategy = joint"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("mine.jar")
        .hasMessageContaining(provider)
        .hasMessageContaining(reason);
  }

  @Test
  void aNameThatAnotherHasIsRefused() throws IOException {
    jar(Twin.class.getName());
    assertThatThrownBy(() -> from("strategy = joint"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has the name joint");
  }

  /** Has the name of another. */
  public static final class Twin implements TrainingStrategy {
    @Override
    public String name() {
      return "joint";
    }

    @Override
    public double learningRateFactor(Variable variable) {
      return 1;
    }
  }

  @Test
  void withoutTheFolderThereAreLockstepsOwn() {
    assertThat(
            TrainingStrategies.from(
                    Block.parse("strategy = joint"), Plugins.over(folder.resolve("none")))
                .name())
        .isEqualTo("joint");
  }

  private TrainingStrategy from(String stage) {
    return TrainingStrategies.from(Block.parse(stage), Plugins.over(folder));
  }

  private void jar(String provider) throws IOException {
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(folder.resolve("mine.jar")))) {
      jar.putNextEntry(new JarEntry(SERVICES));
      jar.write(provider.getBytes(StandardCharsets.UTF_8));
      jar.closeEntry();
    }
  }
}
