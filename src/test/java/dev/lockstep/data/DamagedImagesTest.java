package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Whatever an image file holds: what is kept of it decodes in training, and what is dropped has a
 * reason. {@code -Dlockstep.damaged=2000} damages so many.
 */
class DamagedImagesTest {
  private static final ReferencePixels FILES = new ReferencePixels("images");
  private static final List<String> SOUND =
      List.of(
          "animated.gif",
          "baseline.jpg",
          "cmyk.jpg",
          "colour-key.png",
          "grey-16-bit.png",
          "grey-alpha.png",
          "grey.jpg",
          "grey.png",
          "one-bit.png",
          "orientation-3.jpg",
          "orientation-5.jpg",
          "orientation-6.jpg",
          "orientation-8.jpg",
          "palette-alpha.png",
          "palette.png",
          "plain.gif",
          "progressive.jpg",
          "rgb.bmp",
          "rgb.png",
          "rgba.bmp",
          "rgba.png");
  private static final List<String> UNREADABLE =
      List.of("palette.bmp", "picture.tiff", "picture.webp");
  private static final long GROWTH = 300L << 20;

  private static final StoreSpec STORE =
      new StoreSpec(
          16,
          Resize.SQUASH,
          Encoding.JPEG,
          95,
          Optional.of(Background.WHITE),
          4,
          1 << 20,
          99,
          1024);

  @Test
  void keepsWhatDecodesAndSaysWhyItDropsTheRest() throws Exception {
    Map<String, byte[]> kinds = kinds();
    assertThat(kinds).hasSizeGreaterThanOrEqualTo(37);
    List<String> dropped = new ArrayList<>();
    try (Training training = new Training()) {
      for (Map.Entry<String, byte[]> kind : kinds.entrySet()) {
        training.convert(kind.getValue()).ifPresent(reason -> dropped.add(kind.getKey()));
      }
    }
    assertThat(dropped).doesNotContainAnyElementsOf(SOUND).containsAll(UNREADABLE);
    assertThat(dropped)
        .contains(
            "nothing",
            "an HTML page",
            "SVG",
            "JSON",
            "noise",
            "half of baseline.jpg",
            "half of rgb.png",
            "header of baseline.jpg",
            "header of rgb.png",
            "a bomb of 20000x20000",
            "one pixel");
  }

  @Test
  void survivesDamageOfAnyKind() throws Exception {
    int count = Integer.getInteger("lockstep.damaged", 100);
    SplittableRandom random = new SplittableRandom(5);
    long settled = 0;
    try (Training training = new Training()) {
      for (int i = 0; i < count; i++) {
        byte[] sound = FILES.image(SOUND.get(i % SOUND.size()));
        training.convert(damaged(sound, random));
        settled = i == count / 4 ? Pointer.physicalBytes() : settled;
      }
    }
    assertThat(Pointer.physicalBytes() - settled).isLessThan(GROWTH);
  }

  /** Converts as preparation does, and decodes what it keeps as training does. */
  private static final class Training implements AutoCloseable {
    private final ImageConverter converter = new ImageConverter(STORE);
    private final Graph graph = new Graph();
    private final Session session;
    private final Placeholder<TString> stored;
    private final Operand<TUint8> decoded;

    Training() {
      Ops tf = Ops.create(graph);
      stored = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
      decoded = ImageDecoding.stored(tf, stored, Encoding.JPEG, 16);
      session = new Session(graph);
    }

    /** Why an image is dropped, if it is. */
    Optional<DropReason> convert(byte[] bytes) {
      byte[] kept;
      try {
        kept = converter.convert(new ImageBytes("damaged", bytes)).bytes();
      } catch (UnusableImageException e) {
        assertThat(e.getMessage()).isNotBlank();
        return Optional.of(e.reason());
      }
      try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(kept));
          Result result = session.runner().feed(stored, fed).fetch(decoded).run()) {
        assertThat(result.get(0).shape()).isEqualTo(Shape.of(16, 16, 3));
      }
      return Optional.empty();
    }

    @Override
    public void close() {
      converter.close();
      session.close();
      graph.close();
    }
  }

  private static Map<String, byte[]> kinds() throws IOException {
    Map<String, byte[]> kinds = new LinkedHashMap<>();
    for (String name : SOUND) {
      kinds.put(name, FILES.image(name));
    }
    for (String name : UNREADABLE) {
      kinds.put(name, FILES.image(name));
    }
    kinds.put("nothing", new byte[0]);
    kinds.put("an HTML page", text("<!DOCTYPE html><html><body>404</body></html>"));
    kinds.put("SVG", text("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"));
    kinds.put("JSON", text("{\"error\": \"not found\"}"));
    byte[] noise = new byte[5000];
    new SplittableRandom(1).nextBytes(noise);
    kinds.put("noise", noise);
    for (String name :
        List.of("baseline.jpg", "progressive.jpg", "rgb.png", "plain.gif", "rgb.bmp")) {
      byte[] whole = FILES.image(name);
      kinds.put("half of " + name, Arrays.copyOf(whole, whole.length / 2));
      kinds.put("header of " + name, Arrays.copyOf(whole, 20));
    }
    byte[] jpeg = FILES.image("baseline.jpg");
    kinds.put("a JPEG without its end", Arrays.copyOf(jpeg, jpeg.length - 2));
    byte[] zeroed = jpeg.clone();
    Arrays.fill(zeroed, jpeg.length / 2, jpeg.length / 2 + 50, (byte) 0);
    kinds.put("a JPEG with a hole", zeroed);
    kinds.put("a bomb of 20000x20000", png(20_000, 20_000));
    kinds.put("one pixel", png(1, 1));
    return kinds;
  }

  private static byte[] damaged(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    switch (random.nextInt(5)) {
      case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> {
        for (int flips = random.nextInt(1, 20); flips > 0; flips--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 2 -> {
        int start = random.nextInt(bytes.length);
        Arrays.fill(bytes, start, Math.min(bytes.length, start + random.nextInt(200)), (byte) 0);
      }
      case 3 -> {
        int at = random.nextInt(bytes.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(
            random
                .ints(random.nextInt(1, 50))
                .boxed()
                .toList()
                .toString()
                .getBytes(StandardCharsets.UTF_8));
        out.write(bytes, at, bytes.length - at);
        bytes = out.toByteArray();
      }
      default -> {
        // The header, where lengths and sizes are.
        for (int i = 0; i < 8; i++) {
          bytes[random.nextInt(Math.min(64, bytes.length))] = (byte) random.nextInt();
        }
      }
    }
    return bytes;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The signature and a header that promises so many pixels, with nothing after it. */
  private static byte[] png(int width, int height) {
    ByteBuffer png = ByteBuffer.allocate(33);
    png.putLong(0x89504e470d0a1a0aL).putInt(13).put(text("IHDR"));
    png.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(png.array(), 12, 17);
    return png.putInt((int) crc.getValue()).array();
  }
}
