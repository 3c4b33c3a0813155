package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ImagesAheadTest {
  private final List<Path> converted = new ArrayList<>();

  /** Ten bytes for each image; the file's name is its key. */
  private synchronized ImageConverter.Converted convert(Path image) throws UnusableImageException {
    converted.add(image);
    if (image.toString().equals("bad")) {
      throw new UnusableImageException(DropReason.IMAGE_EMPTY, "0 bytes");
    }
    return new ImageConverter.Converted(new byte[10], Long.parseLong(image.toString()));
  }

  @Test
  void givesImagesInOrderAndConvertsEachOnce() throws UnusableImageException {
    // Each image twice, farther apart than the threads look ahead.
    List<Path> images = Stream.concat(numbered(200), numbered(200)).map(Path::of).toList();

    try (ImagesAhead ahead = new ImagesAhead(this::convert, images, 10_000)) {
      for (int i = 0; i < 400; i++) {
        assertThat(ahead.get(i).imageKey()).isEqualTo(i % 200);
      }
    }
    assertThat(converted).hasSize(200).doesNotHaveDuplicates();
  }

  @Test
  void convertsAgainWhatDidNotFitIntoMemory() throws UnusableImageException {
    List<Path> images = Stream.concat(numbered(200), numbered(200)).map(Path::of).toList();

    try (ImagesAhead ahead = new ImagesAhead(this::convert, images, 500)) {
      for (int i = 0; i < 400; i++) {
        assertThat(ahead.get(i).imageKey()).isEqualTo(i % 200);
      }
    }
    assertThat(converted).hasSizeBetween(300, 400);
  }

  @Test
  void refusesABadImageEachTime() {
    List<Path> images = List.of(Path.of("bad"), Path.of("1"), Path.of("bad"));

    try (ImagesAhead ahead = new ImagesAhead(this::convert, images, 1000)) {
      assertThatThrownBy(() -> ahead.get(0)).isInstanceOf(UnusableImageException.class);
      assertThatThrownBy(() -> ahead.get(2))
          .isInstanceOf(UnusableImageException.class)
          .hasMessage("0 bytes");
    }
    assertThat(converted).containsOnlyOnce(Path.of("bad"));
  }

  private static Stream<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(String::valueOf);
  }
}
