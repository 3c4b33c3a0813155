package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** That a graph reads the orientation as cameras write it, and sets an image upright by it. */
@TestInstance(Lifecycle.PER_CLASS)
class ExifOrientationTest {
  private static final ReferencePixels PILLOW = new ReferencePixels("images");

  private final Graph graph = new Graph();
  private Session session;
  private Placeholder<TString> file;
  private Operand<TInt32> orientation;
  private Operand<TUint8> upright;

  @BeforeAll
  void build() {
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    orientation = ExifOrientation.of(tf, file);
    upright =
        new ImagePreprocessor(24, Resize.SQUASH, Optional.of(Background.WHITE))
            .applyUpright(tf, file);
    session = new Session(graph);
  }

  @AfterAll
  void close() {
    session.close();
    graph.close();
  }

  @ParameterizedTest
  @CsvSource({"BIG_ENDIAN,1", "BIG_ENDIAN,6", "LITTLE_ENDIAN,3", "LITTLE_ENDIAN,8"})
  void readsBothByteOrders(String order, int value) {
    assertThat(read(block(order, 3, 0x0112, value))).isEqualTo(value);
  }

  @Test
  void whatIsNoOrientationIsUpright() {
    assertThat(read(block("BIG_ENDIAN", 3, 0x0112, 9))).isEqualTo(1);
    assertThat(read(block("BIG_ENDIAN", 3, 0x0110, 6))).isEqualTo(1);
    assertThat(read(block("LITTLE_ENDIAN", 2, 0x0112, 6))).isEqualTo(1);
    assertThat(read(new byte[0])).isEqualTo(1);
    assertThat(read("Exif\0\0II*\0".getBytes(StandardCharsets.US_ASCII))).isEqualTo(1);
  }

  @Test
  void aDirectoryBeyondTheFileIsUpright() {
    byte[] cut = block("BIG_ENDIAN", 3, 0x0112, 6);
    cut[26] = (byte) 0xff; // the directory's offset
    cut[27] = (byte) 0xff;
    assertThat(read(cut)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orientation-3.jpg",
        "orientation-5.jpg",
        "orientation-6.jpg",
        "orientation-8.jpg",
        "baseline.jpg",
        "rgba.png"
      })
  void setsUprightAsDataPreparationDoes(String name, @TempDir Path folder) throws Exception {
    Path image = folder.resolve(name);
    Files.write(image, PILLOW.image(name));
    StoreSpec store =
        new StoreSpec(
            24, Resize.SQUASH, Encoding.RAW, 95, Optional.of(Background.WHITE), 1, 1 << 20, 9, 9);
    try (ImageConverter converter = new ImageConverter(store);
        TString bytes = TString.tensorOfBytes(NdArrays.scalarOfObject(PILLOW.image(name)));
        Result result = session.runner().feed(file, bytes).fetch(upright).run()) {
      byte[] pixels = new byte[24 * 24 * 3];
      ((TUint8) result.get(0)).asRawTensor().data().read(pixels);
      byte[] stored = converter.convert(new ImageFile("image", image)).bytes();
      assertThat(ReferencePixels.differences(pixels, stored)[0]).isLessThanOrEqualTo(1);
    }
  }

  private int read(byte[] bytes) {
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes));
        Result result = session.runner().feed(file, fed).fetch(orientation).run()) {
      return ((TInt32) result.get(0)).getInt();
    }
  }

  /**
   * A JPEG's beginning: its marker, a JFIF block, then an Exif block whose directory has {@code
   * count} entries of which the third has the tag.
   */
  private static byte[] block(String order, int count, int tag, int value) {
    ByteBuffer bytes = ByteBuffer.allocate(200);
    bytes.putShort((short) 0xffd8).putShort((short) 0xffe0).putShort((short) 6).putInt(0);
    bytes.putShort((short) 0xffe1).putShort((short) 100);
    bytes.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    boolean little = order.equals("LITTLE_ENDIAN");
    bytes.put((little ? "II" : "MM").getBytes(StandardCharsets.US_ASCII));
    bytes.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    bytes.putShort((short) 42).putInt(8).putShort((short) count);
    for (int entry = 0; entry < 3; entry++) {
      bytes.putShort((short) (entry == 2 ? tag : 0x0100 + entry)).putShort((short) 3).putInt(1);
      bytes.putShort((short) (entry == 2 ? value : 5)).putShort((short) 0);
    }
    return bytes.array();
  }
}
