package dev.lockstep.serve.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.error.InvalidInputException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image is a single colour here, and its embedding that colour as a vector of length 1. */
class ImageIndexTest {
  @TempDir private Path folder;
  private final Colours embedder = new Colours();
  private final List<String> told = new ArrayList<>();
  private Path images;

  private static final class Colours implements ImageEmbedder {
    private int embedded;

    @Override
    public String fingerprint() {
      return "colours";
    }

    @Override
    public int dimension() {
      return 3;
    }

    @Override
    public int maxPixels() {
      return 1000;
    }

    @Override
    public float[][] embed(List<byte[]> files) {
      embedded += files.size();
      return files.stream().map(Colours::colour).toArray(float[][]::new);
    }

    private static float[] colour(byte[] file) {
      try {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
        return image == null ? null : unit(image.getRGB(0, 0));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @BeforeEach
  void write() throws IOException {
    images = folder.resolve("images");
    image("reds/red.png", 0xff0000);
    image("reds/orange.png", 0xff8000);
    image("blue.png", 0x0000ff);
  }

  @Test
  void findsTheNearest() {
    try (ImageIndex index = open()) {
      List<ImageIndex.Found> found = index.nearest(new float[] {1, 0, 0}, 0, 2);
      assertThat(found)
          .extracting(f -> f.image().name())
          .containsExactly("reds/red.png", "reds/orange.png");
      assertThat(found.get(0).score()).isEqualTo(1);
      // (255, 128, 0) has a length of 285.3.
      assertThat(found.get(1).score()).isCloseTo(255 / 285.32f, within(1e-4f));
      assertThat(found.get(0).image().category()).isEqualTo("reds");
      assertThat(index.nearest(new float[] {1, 0, 0}, 2, 5)).hasSize(1);
    }
  }

  @Test
  void embedsOnlyWhatIsNewOrHasChanged() throws IOException {
    open().close();
    assertThat(embedder.embedded).isEqualTo(3);
    open().close();
    assertThat(embedder.embedded).isEqualTo(3);

    image("green.png", 0x00ff00);
    image("blue.png", 0x0080ff);
    Files.setLastModifiedTime(images.resolve("blue.png"), FileTime.fromMillis(1000));
    try (ImageIndex index = open()) {
      assertThat(embedder.embedded).isEqualTo(5);
      assertThat(index.nearest(unit(0x0080ff), 0, 1).get(0).score()).isCloseTo(1, within(1e-6f));
    }
    Files.delete(images.resolve("green.png"));
    try (ImageIndex index = open()) {
      assertThat(index.size()).isEqualTo(3);
    }
  }

  @Test
  void goesOnWhereAProcessWasKilled() throws IOException {
    open().close();
    Path lines = folder.resolve("index/colours/images.jsonl");
    Path embeddings = folder.resolve("index/colours/embeddings.f32");
    // An embedding whose line is only half there, and a third one that has none at all.
    try (FileChannel file = FileChannel.open(lines, StandardOpenOption.WRITE)) {
      file.truncate(Files.readAllLines(lines).get(0).length() + 1 + 20);
    }
    try (FileChannel file = FileChannel.open(embeddings, StandardOpenOption.WRITE)) {
      file.truncate(2 * 12 + 5);
    }
    try (ImageIndex index = open()) {
      assertThat(embedder.embedded).isEqualTo(3 + 2);
      assertThat(index.nearest(new float[] {0, 0, 1}, 0, 1).get(0).image().name())
          .isEqualTo("blue.png");
    }
    assertThat(Files.size(embeddings)).isEqualTo(3 * 12);
  }

  @Test
  void leavesOutWhatDoesNotDecodeAndSaysSo() throws IOException {
    Files.writeString(images.resolve("page.png"), "<html>");
    try (ImageIndex index = open()) {
      assertThat(index.size()).isEqualTo(3);
      assertThat(index.damaged()).isEqualTo(1);
      assertThat(told).anyMatch(line -> line.contains("page.png"));
    }
  }

  @Test
  void refusesAFolderWithoutImages() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertThatThrownBy(
            () ->
                ImageIndex.open(
                    folder.resolve("index"), List.of(ImageSource.of(empty)), embedder, told::add))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no image");
  }

  @Test
  void takesCaptionsAndCategoriesFromFilesOfPairs() throws IOException {
    Path pairs =
        Files.writeString(
            images.resolve("pairs.csv"),
            "text,image_path\n红,reds/red.png\n赤,reds/red.png\n蓝,blue.png\n");
    Files.writeString(images.resolve("kinds.csv"), "id,category\nred,warm\nblue,cold\n");
    try (ImageIndex index =
        ImageIndex.open(
            folder.resolve("index"), List.of(ImageSource.of(pairs)), embedder, told::add)) {
      assertThat(index.size()).isEqualTo(2);
      assertThat(index.entry(0).captions()).containsExactly("红", "赤");
      assertThat(index.entry(1).category()).isEqualTo("cold");
    }
  }

  @Test
  void remembersWhatItWasMadeOf() throws IOException {
    Path more = Files.createDirectories(folder.resolve("more"));
    RememberedSources sources = new RememberedSources(folder.resolve("index"));
    sources.add(List.of(ImageSource.of(images)));
    sources.add(List.of(ImageSource.of(more), ImageSource.of(images)));
    assertThat(new RememberedSources(folder.resolve("index")).all())
        .extracting(ImageSource::path)
        .containsExactly(images.toAbsolutePath(), more.toAbsolutePath());
  }

  @Test
  void walksAGraphWhereThereAreManyAndSaysHowWellItFinds() throws IOException {
    for (int i = 0; i < 300; i++) {
      image("many/" + i + ".png", (i * 37 % 256) << 16 | (i * 91 % 256) << 8 | (255 - i % 200));
    }
    List<ImageIndex.Found> exact;
    try (ImageIndex all = open()) {
      exact = all.nearest(unit(0x804020), 0, 10);
    }
    for (int time = 0; time < 2; time++) {
      try (ImageIndex graph =
          ImageIndex.open(
              folder.resolve("index"), List.of(ImageSource.of(images)), embedder, told::add, 100)) {
        List<ImageIndex.Found> found = graph.nearest(unit(0x804020), 0, 10);
        assertThat(found).extracting(ImageIndex.Found::number).contains(exact.get(0).number());
        assertThat(found.get(0).score()).isCloseTo(exact.get(0).score(), within(1e-5f));
        assertThat(graph.recall().orElseThrow()).isGreaterThan(0.9);
      }
      // A file that has changed has an embedding of its own, and the old one is not found again.
      image("blue.png", 0x804020);
      Files.setLastModifiedTime(images.resolve("blue.png"), FileTime.fromMillis(2000));
      exact = List.of();
      try (ImageIndex all = open()) {
        exact = all.nearest(unit(0x804020), 0, 10);
      }
      assertThat(exact.get(0).image().name()).isEqualTo("blue.png");
    }
    assertThat(told).anyMatch(line -> line.startsWith("recall@10 against exact search: "));
  }

  private ImageIndex open() {
    return ImageIndex.open(
        folder.resolve("index"), List.of(ImageSource.of(images)), embedder, told::add);
  }

  private void image(String name, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, rgb);
    }
    Path file = images.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private static float[] unit(int rgb) {
    float[] colour = {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255};
    double length =
        Math.sqrt(colour[0] * colour[0] + colour[1] * colour[1] + colour[2] * colour[2]);
    for (int i = 0; i < 3; i++) {
      colour[i] = (float) (colour[i] / length);
    }
    return colour;
  }
}
