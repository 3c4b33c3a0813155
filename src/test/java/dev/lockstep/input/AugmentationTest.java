package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.data.Background;
import dev.lockstep.data.Encoding;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

class AugmentationTest {
  private static final int SIZE = 8;

  /** Different everywhere: red rises to the right, green downwards. */
  private static int[][][] ramp(int size) {
    int[][][] image = new int[size][size][];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        image[y][x] = new int[] {10 * x, 10 * y, 100};
      }
    }
    return image;
  }

  @Test
  void mirrorImageTurnsLeftAndRight() {
    int[][][] mirrored = augment("flip = 1", ramp(SIZE), SIZE);
    int[][][] mirroredByAffineMap = augment("flip = 1, scale = [1, 1.0001]", ramp(SIZE), SIZE);
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        assertThat(mirrored[y][x]).containsExactly(10 * (SIZE - 1 - x), 10 * y, 100);
      }
    }
    assertThat(mirroredByAffineMap).isDeepEqualTo(mirrored);
  }

  @Test
  void halfTheSizeIsTheMeanOfFourPixels() {
    int[][][] half = augment("translation = 0.000001", ramp(SIZE), SIZE / 2);
    assertThat(half[0][0]).containsExactly(5, 5, 100);
    assertThat(half[1][3]).containsExactly(65, 25, 100);
  }

  @Test
  void aPictureDrawnAtHalfItsSizeHasTheBackgroundAroundIt() {
    int[][][] small = augment("scale = [0.5, 0.5]", ramp(SIZE), SIZE);
    assertThat(small[1][3]).containsExactly(255, 255, 255);
    assertThat(small[6][3]).containsExactly(255, 255, 255);
    // Pixel 2 of the result shows the middle between pixels 0 and 1.
    assertThat(small[2][2]).containsExactly(5, 5, 100);
    assertThat(small[5][5]).containsExactly(65, 65, 100);
  }

  @Test
  void nearlyHalfATurnTakesTheTopLeftToTheBottomRight() {
    // The turn is drawn from -180 to 180 degrees: take a record whose turn is near the ends.
    int[][][] image = ramp(SIZE);
    int[][][] turned = new int[0][][];
    for (int position = 0; position < 50 && turned.length == 0; position++) {
      int[][][] candidate =
          augment("rotation-degrees = 180", image, SIZE, position, Optional.of(Background.WHITE));
      boolean upsideDown = candidate[1][1][0] > 50 && candidate[1][1][1] > 50;
      turned = upsideDown ? candidate : turned;
    }
    assertThat(turned.length).isEqualTo(SIZE);
    assertThat(turned[6][6][0]).isLessThan(20);
    assertThat(turned[6][6][1]).isLessThan(20);
  }

  @Test
  void aCropShowsAPartOfThePictureOnly() {
    int[][][] cut = augment("crop = [0.25, 0.25]", ramp(SIZE), SIZE);
    int width = cut[0][SIZE - 1][0] - cut[0][0][0];
    int height = cut[SIZE - 1][0][1] - cut[0][0][1];
    // A quarter of the area, the sides' ratio between 3:4 and 4:3; the whole is 70 x 70.
    assertThat(width * height).isBetween(70 * 70 / 4 - 100, 70 * 70 / 4 + 100);
    assertThat((double) width / height).isBetween(0.7, 1.4);
  }

  @Test
  void withoutColoursAllChannelsAreTheirGrey() {
    // 0.213 * 200 + 0.715 * 100 + 0.072 * 50 = 117.7
    int[][][] grey = augment("grayscale = 1", uniform(200, 100, 50), SIZE);
    assertThat(grey[3][4]).containsExactly(118, 118, 118);
  }

  @Test
  void hueKeepsGreysAsTheyAre() {
    int[][][] grey = augment("hue-degrees = 180", uniform(90, 90, 90), SIZE);
    assertThat(grey[3][4]).containsExactly(90, 90, 90);
  }

  @Test
  void hueTurnsNoFurtherThanAskedAndKeepsTheBrightness() {
    // By the specification's matrix, at 10 degrees: 0.985 * 200 + 0.015 * 117.7 - 0.174 * 67.7 =
    // 187.0; at -10 degrees 210.5.
    int[] turned = augment("hue-degrees = 10", uniform(200, 100, 50), SIZE)[0][0];
    assertThat(turned[0]).isBetween(186, 211).isNotEqualTo(200);
    assertThat(.213 * turned[0] + .715 * turned[1] + .072 * turned[2])
        .isCloseTo(117.7, within(1.0));
  }

  @Test
  void backgroundOfAnyColourIsPainted() {
    int[][][] small =
        augment("scale = [0.5, 0.5]", ramp(SIZE), SIZE, 0, Optional.of(new Background(10, 20, 30)));
    assertThat(small[1][3]).containsExactly(10, 20, 30);
    assertThat(small[2][2]).containsExactly(5, 5, 100);
  }

  @Test
  void withoutABackgroundTheEdgeGoesOn() {
    int[][][] small = augment("scale = [0.5, 0.5]", ramp(SIZE), SIZE, 0, Optional.empty());
    assertThat(small[0][0]).containsExactly(0, 0, 100);
    assertThat(small[7][7]).containsExactly(70, 70, 100);
  }

  @Test
  void contrastTurnsAroundMidGreyAndStaysInRange() {
    int[][][] white = augment("contrast = 0.5, brightness = 0.5", uniform(255, 0, 128), SIZE);
    for (int value : white[0][0]) {
      assertThat(value).isBetween(0, 255);
    }
    // Mid grey is 127.5, so 128 stays within half a level at any contrast.
    assertThat(augment("contrast = 0.5", uniform(128, 128, 128), SIZE)[0][0][0])
        .isBetween(127, 128);
  }

  @Test
  void channelsMoveEachOnTheirOwnWithinTheirRange() {
    int[] moved = augment("channel-shift = 0.1", uniform(100, 100, 100), SIZE)[0][0];
    assertThat(moved[0]).isNotEqualTo(moved[1]);
    for (int value : moved) {
      assertThat(value).isBetween(100 - 26, 100 + 26);
    }
  }

  @Test
  void erasedRectangleHasTheBackgroundsColour() {
    int[][][] erased = augment("erase = 1", uniform(0, 0, 0), SIZE * 4);
    long white = 0;
    for (int[][] row : erased) {
      for (int[] pixel : row) {
        assertThat(pixel[0]).isIn(0, 255);
        white += pixel[0] == 255 ? 1 : 0;
      }
    }
    assertThat(white).isBetween(1L, (long) (SIZE * SIZE * 16 * 0.3));
  }

  private static int[][][] uniform(int red, int green, int blue) {
    int[][][] image = new int[SIZE][SIZE][];
    for (int[][] row : image) {
      for (int x = 0; x < SIZE; x++) {
        row[x] = new int[] {red, green, blue};
      }
    }
    return image;
  }

  private static int[][][] augment(String spec, int[][][] image, int imageSize) {
    return augment(spec, image, imageSize, 0, Optional.of(Background.WHITE));
  }

  private static int[][][] augment(
      String spec, int[][][] image, int imageSize, long position, Optional<Background> background) {
    int size = image.length;
    byte[] bytes = new byte[size * size * 3];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) image[i / 3 / size][i / 3 % size][i % 3];
    }
    RecordSource source = new RecordSource("test", List.of(), Encoding.RAW, size, background, 8);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var batch =
          tf.constantOf(
              TUint8.tensorOf(NdArrays.wrap(Shape.of(1, size, size, 3), DataBuffers.of(bytes))));
      var augmented =
          new Augmentation(AugmentSpec.from(Block.parse(spec)), source, imageSize)
              .apply(tf, batch, new PositionalRandom(tf, 1, tf.constant(new long[] {position})));
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(augmented).run()) {
        TUint8 pixels = (TUint8) result.get(0);
        int[][][] values = new int[imageSize][imageSize][3];
        for (int y = 0; y < imageSize; y++) {
          for (int x = 0; x < imageSize; x++) {
            for (int c = 0; c < 3; c++) {
              values[y][x][c] = pixels.getByte(0, y, x, c) & 0xff;
            }
          }
        }
        return values;
      }
    }
  }
}
