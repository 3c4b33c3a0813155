package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which images are kept, with their pixels against Pillow's, and which are not, and why. */
@TestInstance(Lifecycle.PER_CLASS)
class ImageConverterTest {
  private static final ReferencePixels PILLOW = new ReferencePixels("images");

  @TempDir Path folder;
  private ImageConverter converter;

  @BeforeAll
  void build() {
    converter = new ImageConverter(store(Encoding.RAW));
  }

  @AfterAll
  void close() {
    converter.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "baseline.jpg",
        "progressive.jpg",
        "grey.jpg",
        "cmyk.jpg",
        "rgb.png",
        "rgba.png",
        "grey.png",
        "grey-alpha.png",
        "palette.png",
        "palette-alpha.png",
        "one-bit.png",
        "grey-16-bit.png",
        "colour-key.png",
        "rgb.bmp",
        "rgba.bmp",
        "plain.gif",
        "animated.gif",
        "orientation-3.jpg",
        "orientation-5.jpg",
        "orientation-6.jpg",
        "orientation-8.jpg"
      })
  void keepsAndAgreesWithPillowWhateverTheName(String name) throws Exception {
    byte[] stored = converter.convert(imageOf(PILLOW.image(name))).bytes();

    assertThat(ReferencePixels.differences(stored, PILLOW.expected(name))[0]).isZero();
  }

  @Test
  void keepsAJpegWithABrokenExifBlock() throws Exception {
    byte[] jpeg = PILLOW.image("orientation-6.jpg");
    int tiff = indexOf(jpeg, "Exif\0\0") + 6;
    Arrays.fill(jpeg, tiff + 4, tiff + 8, (byte) 0xff); // where the first directory lies

    byte[] stored = converter.convert(imageOf(jpeg)).bytes();

    // The rotation is lost with the block.
    assertThat(ReferencePixels.differences(stored, PILLOW.expected("baseline.jpg"))[0])
        .isLessThanOrEqualTo(1);
  }

  @Test
  void keepsAPngWithAGammaAsItsLevelsAre() throws Exception {
    byte[] png = PILLOW.image("rgb.png");
    byte[] gamma = chunk("gAMA", new byte[] {0, 0, 0x56, (byte) 0xce});

    byte[] stored = converter.convert(imageOf(insert(png, 33, gamma))).bytes();

    assertThat(ReferencePixels.differences(stored, PILLOW.expected("rgb.png"))[0])
        .isLessThanOrEqualTo(1);
  }

  @Test
  void keepsAJpegWithBytesBehindItsEnd() throws Exception {
    byte[] jpeg = PILLOW.image("baseline.jpg");

    byte[] stored = converter.convert(imageOf(insert(jpeg, jpeg.length, new byte[100]))).bytes();

    assertThat(stored).isEqualTo(converter.convert(imageOf(jpeg)).bytes());
  }

  /** No decoder can tell such an image from a strange one; Pillow shows it too. */
  @Test
  void keepsAJpegWithAFlippedBitInItsData() throws Exception {
    byte[] jpeg = PILLOW.image("baseline.jpg");
    jpeg[jpeg.length - 60] ^= 1;

    assertThat(converter.convert(imageOf(jpeg)).bytes()).hasSize(16 * 16 * 3);
  }

  @Test
  void dropsAFileThatIsNotThere() throws IOException {
    drops(folder.resolve("none.jpg"), DropReason.IMAGE_MISSING, "no such file");
    Path dangling = Files.createSymbolicLink(folder.resolve("link.jpg"), folder.resolve("none"));
    drops(dangling, DropReason.IMAGE_MISSING, "no such file");
    drops(folder, DropReason.IMAGE_UNREADABLE, "a folder");
    drops(file(new byte[0]), DropReason.IMAGE_EMPTY, "0 bytes");
  }

  @Test
  void dropsWhatIsNoImage() throws IOException {
    for (String page : new String[] {"\n<!DOCTYPE html><title>404", "<HTML><body>gone</body>"}) {
      drops(file(page.getBytes(StandardCharsets.UTF_8)), DropReason.IMAGE_NOT_AN_IMAGE, "HTML");
    }
    drops(
        file("<svg xmlns=''/>".getBytes(StandardCharsets.UTF_8)),
        DropReason.IMAGE_NOT_AN_IMAGE,
        "SVG");
    drops(file("{}".getBytes(StandardCharsets.UTF_8)), DropReason.IMAGE_NOT_AN_IMAGE, "no image");
    drops(file(new byte[1000]), DropReason.IMAGE_NOT_AN_IMAGE, "no image");
    drops(file(new byte[] {1}), DropReason.IMAGE_NOT_AN_IMAGE, "no image");
  }

  @Test
  void dropsFormatsThatTensorFlowDoesNotRead() throws IOException {
    drops(file(PILLOW.image("picture.webp")), DropReason.IMAGE_UNSUPPORTED, "WEBP is not read");
    drops(file(PILLOW.image("picture.tiff")), DropReason.IMAGE_UNSUPPORTED, "TIFF is not read");
    drops(file(PILLOW.image("palette.bmp")), DropReason.IMAGE_UNSUPPORTED, "a BMP of 8 bits");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"baseline.jpg", "progressive.jpg", "cmyk.jpg", "rgb.png", "rgb.bmp", "plain.gif"})
  void dropsWhatIsCutShort(String name) throws IOException {
    byte[] whole = PILLOW.image(name);
    for (int length : new int[] {4, 20, whole.length / 2, whole.length * 9 / 10}) {
      assertThatThrownBy(() -> converter.convert(imageOf(Arrays.copyOf(whole, length))))
          .as("%s, %d bytes", name, length)
          .isInstanceOfSatisfying(
              UnusableImageException.class,
              e ->
                  assertThat(e.reason())
                      .isIn(DropReason.IMAGE_CORRUPT, DropReason.IMAGE_NOT_AN_IMAGE));
    }
  }

  @Test
  void dropsAJpegWithoutItsEnd() throws IOException {
    byte[] jpeg = PILLOW.image("baseline.jpg");

    drops(file(Arrays.copyOf(jpeg, jpeg.length - 2)), DropReason.IMAGE_CORRUPT, "does not decode");
  }

  @Test
  void dropsAPngWithAFlippedByte() throws IOException {
    byte[] png = PILLOW.image("rgb.png");
    png[png.length - 30] ^= 16;

    drops(file(png), DropReason.IMAGE_CORRUPT, "does not decode");
  }

  /** The headers alone: none of these is decoded. */
  @Test
  void dropsADecompressionBomb() throws IOException {
    byte[] png = PILLOW.image("rgb.png");
    ByteBuffer.wrap(png).putInt(16, 20_000).putInt(20, 20_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
    drops(file(png), DropReason.IMAGE_TOO_LARGE, "20000x20000 pixels");

    byte[] jpeg = PILLOW.image("baseline.jpg");
    int frame = indexOf(jpeg, "\u00ff\u00c0");
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 65500).putShort(frame + 7, (short) 65500);
    drops(file(jpeg), DropReason.IMAGE_TOO_LARGE, "65500x65500 pixels");

    byte[] gif = PILLOW.image("plain.gif");
    Arrays.fill(gif, 6, 10, (byte) 0xff);
    drops(file(gif), DropReason.IMAGE_TOO_LARGE, "65535x65535 pixels");

    byte[] bmp = PILLOW.image("rgb.bmp");
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 1 << 20).putInt(22, 1 << 20);
    drops(file(bmp), DropReason.IMAGE_TOO_LARGE, "1048576x1048576 pixels");
  }

  @Test
  void dropsWhatIsTooSmall() throws IOException {
    StoreSpec strict =
        new StoreSpec(
            16, Resize.CROP, Encoding.RAW, 95, Optional.empty(), 15, 1 << 20, 1000, 1 << 20);
    try (ImageConverter fifteen = new ImageConverter(strict)) {
      assertThatThrownBy(() -> fifteen.convert(imageOf(PILLOW.image("rgb.png"))))
          .isInstanceOf(UnusableImageException.class)
          .hasMessage("20x14 pixels; data.min-side is 15");
    }
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void storesInEachEncoding(Encoding encoding) throws Exception {
    try (ImageConverter encoder = new ImageConverter(store(encoding))) {
      byte[] stored = encoder.convert(imageOf(PILLOW.image("baseline.jpg"))).bytes();

      String opening = new String(stored, 0, 4, StandardCharsets.ISO_8859_1);
      switch (encoding) {
        case RAW -> assertThat(stored).hasSize(16 * 16 * 3);
        case PNG -> assertThat(opening).isEqualTo("\u0089PNG");
        case JPEG -> assertThat(opening).startsWith("\u00ff\u00d8\u00ff");
      }
    }
  }

  @Test
  void givesEqualFilesEqualKeys() throws Exception {
    byte[] png = PILLOW.image("rgb.png");
    long key = converter.convert(imageOf(png)).imageKey();

    assertThat(converter.convert(image(Files.write(folder.resolve("other"), png))).imageKey())
        .isEqualTo(key);
    assertThat(converter.convert(imageOf(PILLOW.image("rgba.png"))).imageKey()).isNotEqualTo(key);
  }

  private static StoreSpec store(Encoding encoding) {
    return new StoreSpec(
        16, Resize.SQUASH, encoding, 95, Optional.of(Background.WHITE), 8, 1 << 20, 1000, 1 << 20);
  }

  private void drops(Path image, DropReason reason, String detail) {
    assertThatThrownBy(() -> converter.convert(image(image)))
        .isInstanceOfSatisfying(
            UnusableImageException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(detail);
  }

  private static SourceImage image(Path path) {
    return new ImageFile(path.toString(), path);
  }

  private SourceImage imageOf(byte[] bytes) throws IOException {
    return image(file(bytes));
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("image.jpg"), bytes);
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
  }

  private static byte[] insert(byte[] bytes, int at, byte[] inserted) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, at);
    out.writeBytes(inserted);
    out.write(bytes, at, bytes.length - at);
    return out.toByteArray();
  }

  /** A chunk of a PNG: length, type, data, CRC-32 of type and data. */
  private static byte[] chunk(String type, byte[] data) {
    ByteBuffer chunk = ByteBuffer.allocate(12 + data.length);
    chunk.putInt(data.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, 4 + data.length);
    return chunk.putInt((int) crc.getValue()).array();
  }
}
