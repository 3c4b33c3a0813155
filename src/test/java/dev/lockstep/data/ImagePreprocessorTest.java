package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.MapDefun;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** The expected pixels are Pillow's; see the README beside them. */
class ImagePreprocessorTest {
  private static final ReferencePixels PILLOW = new ReferencePixels("preprocess");
  private static final List<String> FILES =
      List.of("0.jpg", "1.jpg", "2.jpg", "3.png", "4.png", "5.png", "6.jpg", "7.png");

  @ParameterizedTest
  @EnumSource(
      value = Resize.class,
      names = {"SQUASH", "CROP"})
  void agreesWithPillow(Resize resize) throws IOException {
    ImagePreprocessor preprocessor = new ImagePreprocessor(48, resize, Optional.empty());
    int different = 0;
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TString> bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
      Operand<TUint8> square = preprocessor.apply(tf, bytes);
      assertThat(square.shape()).isEqualTo(Shape.of(48, 48, 3));
      try (Session session = new Session(graph)) {
        for (String file : FILES) {
          String name = file.charAt(0) + "." + resize.name().toLowerCase(Locale.ROOT);
          try (TString image = TString.tensorOfBytes(NdArrays.scalarOfObject(PILLOW.image(file)));
              Result result = session.runner().feed(bytes, image).fetch(square).run()) {
            int[] differences =
                ReferencePixels.differences(pixels((TUint8) result.get(0)), PILLOW.expected(name));
            assertThat(differences[0]).as(name).isLessThanOrEqualTo(1);
            different += differences[1];
          }
        }
      }
    }
    assertThat(different).isLessThan(FILES.size() * 48 * 48 * 3 / 1000);
  }

  /** Of 48x99, torchvision leaves out 26 rows above and 25 below, transformers the other way. */
  @Test
  void cropsOneRowHigherAsTransformersDoesWhereHalfARowIsToGo() throws IOException {
    byte[] clip = square(Resize.CROP);
    byte[] transformers = square(Resize.CROP_FLOOR);
    int row = 48 * 3;

    assertThat(Arrays.copyOfRange(transformers, row, transformers.length))
        .isEqualTo(Arrays.copyOf(clip, clip.length - row));
  }

  private static byte[] square(Resize resize) throws IOException {
    try (Graph graph = new Graph();
        TString image = TString.tensorOfBytes(NdArrays.scalarOfObject(PILLOW.image("1.jpg")))) {
      Ops tf = Ops.create(graph);
      Placeholder<TString> bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
      Operand<TUint8> square = new ImagePreprocessor(48, resize, Optional.empty()).apply(tf, bytes);
      try (Session session = new Session(graph);
          Result result = session.runner().feed(bytes, image).fetch(square).run()) {
        return pixels((TUint8) result.get(0));
      }
    }
  }

  @Test
  void worksOnABatchOfMixedFormatsInsideAFunction() throws IOException {
    ImagePreprocessor preprocessor =
        new ImagePreprocessor(48, Resize.SQUASH, Optional.of(Background.WHITE));
    try (Graph graph = new Graph();
        ConcreteFunction function =
            ConcreteFunction.create(
                tf -> {
                  Placeholder<TString> bytes =
                      tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
                  return Signature.builder("preprocess")
                      .input("bytes", bytes)
                      .output("pixels", preprocessor.apply(tf, bytes))
                      .build();
                })) {
      Ops tf = Ops.create(graph);
      Placeholder<TString> images = tf.placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
      MapDefun batch =
          tf.mapDefun(
              List.<Operand<?>>of(images),
              List.<Operand<?>>of(),
              List.of(TUint8.class),
              List.of(Shape.of(48, 48, 3)),
              function);
      byte[][] files = {PILLOW.image("0.jpg"), PILLOW.image("4.png")};
      try (Session session = new Session(graph);
          TString fed = TString.tensorOfBytes(NdArrays.vectorOfObjects(files));
          Result result = session.runner().feed(images, fed).fetch(batch.iterator().next()).run()) {
        byte[] both = pixels((TUint8) result.get(0));
        int half = both.length / 2;
        byte[] first = Arrays.copyOf(both, half);
        byte[] second = Arrays.copyOfRange(both, half, both.length);
        assertThat(ReferencePixels.differences(first, PILLOW.expected("0.squash"))[0])
            .isLessThanOrEqualTo(1);
        assertThat(ReferencePixels.differences(second, PILLOW.expected("4.squash"))[0])
            .isLessThanOrEqualTo(1);
      }
    }
  }

  private static byte[] pixels(TUint8 tensor) {
    byte[] pixels = new byte[(int) tensor.size()];
    tensor.asRawTensor().data().read(pixels);
    return pixels;
  }
}
