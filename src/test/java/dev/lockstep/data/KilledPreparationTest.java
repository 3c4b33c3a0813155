package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that prepares is killed in the middle, as {@code kill -9} does it. */
class KilledPreparationTest {
  private static final int ROWS = 400;

  /** Of ten rows, one has no caption and one no image. */
  private static final int KEPT = 320;

  /** Of the 200 rows before the kill; the last ones may have waited to be written. */
  private static final int SURELY_WRITTEN = 150;

  @TempDir Path folder;
  private byte[] image;

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

  /** A caption is empty now and then, and an image is not there. */
  @BeforeEach
  void writePairs() throws IOException {
    image = new ReferencePixels("images").image("rgb.png");
    StringBuilder rows = new StringBuilder("text,image_path\n");
    for (int i = 0; i < ROWS; i++) {
      rows.append(i % 10 == 3 ? "" : "嘿" + i).append(",").append(i).append(".png\n");
      if (i % 10 != 7) {
        Files.write(folder.resolve(i + ".png"), image);
      }
    }
    Files.writeString(folder.resolve("pairs.csv"), rows);
  }

  private Path killHalfWay() throws Exception {
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

    try (var folders = Files.list(folder.resolve("prepared"))) {
      return folders.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }

  private static void assertNotTakenForWhole(Path left) throws IOException {
    try (var files = Files.list(left)) {
      assertThat(files).isNotEmpty().allMatch(file -> file.toString().endsWith(".tmp"));
    }
    assertThatThrownBy(() -> PreparedDataset.open(left)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void whatItLeftIsNotTakenForWholeAndTheNextGoesOnFromIt() throws Exception {
    Path left = killHalfWay();
    assertNotTakenForWhole(left);
    AtomicLong earlier = new AtomicLong();
    // Of the same size and age, so that it is the same data: whoever reads these images drops them.
    for (int i = 0; i < SURELY_WRITTEN; i++) {
      spoil(folder.resolve(i + ".png"));
    }

    Preparation again =
        prepare(
            folder,
            new PreparationListener() {
              @Override
              public void onEarlier(long pairs) {
                earlier.set(pairs);
              }
            });

    assertThat(again.reused()).isFalse();
    assertThat(again.dataset().folder()).isEqualTo(left);
    assertThat(again.kept()).isEqualTo(KEPT);
    assertThat(earlier.get()).isBetween(SURELY_WRITTEN * 8L / 10, ROWS / 2L);
    assertThat(DatasetCheck.of(left)).isEmpty();
    // Its pictures are of the images as they are now.
    Files.delete(left.resolve(ScreenSheet.FILE));
    assertSameAsAtOnce(left);
  }

  @Test
  void whatIsDamagedIsConvertedAgain() throws Exception {
    Path left = killHalfWay();
    Path shard = left.resolve("part-00001.tfrecord.tmp");
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length / 2] ^= 1;
    Files.write(shard, bytes);

    assertThat(prepare(folder, PreparationListener.NONE).kept()).isEqualTo(KEPT);
    assertThat(DatasetCheck.of(left)).isEmpty();
    assertSameAsAtOnce(left);
  }

  /** Every file is that of a preparation that nothing cut off. */
  private void assertSameAsAtOnce(Path made) throws IOException {
    for (int i = 0; i < SURELY_WRITTEN; i++) {
      if (i % 10 != 7) {
        restore(folder.resolve(i + ".png"));
      }
    }
    Path whole = folder.resolve("whole");
    Files.move(folder.resolve("prepared"), whole);
    Path atOnce = prepare(folder, PreparationListener.NONE).dataset().folder();
    try (var files = Files.list(whole.resolve(made.getFileName()))) {
      for (Path file : files.toList()) {
        assertThat(file).hasSameBinaryContentAs(atOnce.resolve(file.getFileName()));
      }
    }
  }

  private void spoil(Path file) throws IOException {
    replace(file, new byte[image.length]);
  }

  private void restore(Path file) throws IOException {
    replace(file, image);
  }

  private static void replace(Path file, byte[] bytes) throws IOException {
    if (Files.exists(file)) {
      FileTime age = Files.getLastModifiedTime(file);
      Files.write(file, bytes);
      Files.setLastModifiedTime(file, age);
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
