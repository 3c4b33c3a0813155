package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.BufferedReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that prepares is killed in the middle, as {@code kill -9} does it. */
class KilledPreparationTest {
  private static final int ROWS = 400;

  @TempDir Path folder;

  /** The process that is killed: it says each row that it has done, and stops after some. */
  public static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      prepare(
          Path.of(arguments[0]),
          new PreparationListener() {
            @Override
            public void onRow(long done, long dropped) {
              System.out.println(done);
              if (done == ROWS / 2) {
                waitForEver();
              }
            }
          });
    }

    private static void waitForEver() {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void whatItLeftIsNotTakenForWholeAndIsMadeAnew() throws Exception {
    Files.write(folder.resolve("a.png"), new ReferencePixels("images").image("rgb.png"));
    StringBuilder rows = new StringBuilder("text,image_path\n");
    for (int i = 0; i < ROWS; i++) {
      rows.append("嘿").append(i).append(",a.png\n");
    }
    Files.writeString(folder.resolve("pairs.csv"), rows);

    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath(),
                Child.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      String half = String.valueOf(ROWS / 2);
      assertThat(out.lines().anyMatch(half::equals)).isTrue();
    } finally {
      child.destroyForcibly();
      assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    Path left;
    try (var folders = Files.list(folder.resolve("prepared"))) {
      left = folders.filter(Files::isDirectory).findFirst().orElseThrow();
    }
    try (var files = Files.list(left)) {
      assertThat(files).isNotEmpty().allMatch(file -> file.toString().endsWith(".tmp"));
    }
    assertThatThrownBy(() -> PreparedDataset.open(left)).isInstanceOf(InvalidInputException.class);

    Preparation again = prepare(folder, PreparationListener.NONE);
    assertThat(again.reused()).isFalse();
    assertThat(again.dataset().folder()).isEqualTo(left);
    assertThat(again.kept()).isEqualTo(ROWS);
    assertThat(DatasetCheck.of(left)).isEmpty();
    try (var files = Files.list(left)) {
      assertThat(files).noneMatch(file -> file.toString().endsWith(".tmp"));
    }
  }

  /** Of the test itself, however it was started. */
  private static String classPath() {
    return Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader
        ? Arrays.stream(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(":"))
        : System.getProperty("java.class.path");
  }

  private static Preparation prepare(Path folder, PreparationListener listener) {
    WordPieceTokenizer tokenizer =
        new WordPieceTokenizer(
            Vocabulary.fromCaptions(List.of("嘿0123456789"), TokenizerSpec.chineseClip()),
            TokenizerSpec.chineseClip());
    StoreSpec store =
        new StoreSpec(8, Resize.SQUASH, Encoding.RAW, 95, Optional.empty(), 1, 1 << 20, 99, 4096);
    return new DatasetPreparer(folder.resolve("prepared"), store, tokenizer)
        .prepare(folder.resolve("pairs.csv"), listener);
  }
}
