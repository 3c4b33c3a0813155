package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImagesAheadTest {
  private final List<String> converted = new ArrayList<>();

  /** Ten bytes for each image; the file's name is its key. */
  private synchronized ImageConverter.Converted convert(SourceImage image)
      throws UnusableImageException {
    converted.add(image.name());
    if (image.name().equals("bad")) {
      throw new UnusableImageException(DropReason.IMAGE_EMPTY, "0 bytes");
    }
    return new ImageConverter.Converted(new byte[10], Long.parseLong(image.name()), 0, 1, 1);
  }

  @Test
  void convertsAnImageOnceThatManyRowsHave() throws UnusableImageException {
    try (ImagesAhead ahead = new ImagesAhead(this::convert, 10_000)) {
      for (int i = 0; i < 400; i++) {
        assertThat(ahead.begin(image(i % 200)).get().imageKey()).isEqualTo(i % 200);
      }
    }
    assertThat(converted).hasSize(200).doesNotHaveDuplicates();
  }

  @Test
  void convertsAgainWhatDidNotFitIntoMemory() throws UnusableImageException {
    try (ImagesAhead ahead = new ImagesAhead(this::convert, 500)) {
      for (int i = 0; i < 400; i++) {
        assertThat(ahead.begin(image(i % 200)).get().imageKey()).isEqualTo(i % 200);
      }
      int before = converted.size();
      assertThat(ahead.begin(image(199)).get().imageKey()).isEqualTo(199);
      assertThat(converted).as("the last fifty are still there").hasSize(before);
    }
    assertThat(converted).hasSize(400);
  }

  @Test
  void convertsEachImageThatCameWithItsRow() throws UnusableImageException {
    try (ImagesAhead ahead = new ImagesAhead(this::convert, 10_000)) {
      SourceImage image = new ImageBytes("7", new byte[1]);
      assertThat(ahead.begin(image).get().imageKey()).isEqualTo(7);
      assertThat(ahead.begin(image).get().imageKey()).isEqualTo(7);
    }
    assertThat(converted).hasSize(2);
  }

  @Test
  void refusesABadImageEachTime() {
    SourceImage bad = new ImageFile("bad", Path.of("bad"));
    try (ImagesAhead ahead = new ImagesAhead(this::convert, 1000)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> ahead.begin(bad).get())
            .isInstanceOf(UnusableImageException.class)
            .hasMessage("0 bytes");
      }
    }
    assertThat(converted).containsExactly("bad");
  }

  private static SourceImage image(int number) {
    return new ImageFile(String.valueOf(number), Path.of("images/" + number));
  }
}
