package dev.lockstep.export;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.EmbeddedBatch;
import dev.lockstep.tensorflow.VariableValues;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Loads an exported model again and compares its embeddings with the trained model's own. */
final class ExportCheck {
  private ExportCheck() {}

  /**
   * The largest difference of any value over the signatures that embed.
   *
   * @param expected pairs as the trained model embeds them
   * @throws RunFailedException if it is larger than the precision accounts for
   */
  static double compare(Path savedModel, EmbeddedBatch expected, StoredPrecision precision) {
    double largest = 0;
    try (SavedModelBundle bundle =
        SavedModelBundle.load(savedModel.toString(), SavedModelExporter.TAG)) {
      Shape texts = Shape.of(expected.count(), expected.tokens());
      try (TInt32 ids = TInt32.tensorOf(texts, DataBuffers.of(expected.inputIds()));
          TInt32 mask = TInt32.tensorOf(texts, DataBuffers.of(expected.attentionMask()))) {
        largest =
            difference(
                bundle,
                ModelSignatures.ENCODE_TEXT,
                Map.of(ModelSignatures.INPUT_IDS, ids, ModelSignatures.ATTENTION_MASK, mask),
                ModelSignatures.TEXT_EMBEDDING,
                expected.texts().values());
      }
      Shape images = Shape.of(expected.count(), expected.side(), expected.side(), 3);
      try (TUint8 pixels = TUint8.tensorOf(images, DataBuffers.of(expected.pixels()))) {
        largest =
            Math.max(
                largest,
                difference(
                    bundle,
                    ModelSignatures.ENCODE_PIXELS,
                    Map.of(ModelSignatures.PIXELS, pixels),
                    ModelSignatures.IMAGE_EMBEDDING,
                    expected.images().values()));
      }
      try (TString files = TString.tensorOfBytes(pngs(expected))) {
        largest =
            Math.max(
                largest,
                difference(
                    bundle,
                    ModelSignatures.ENCODE_IMAGE,
                    Map.of(ModelSignatures.IMAGE_BYTES, files),
                    ModelSignatures.IMAGE_EMBEDDING,
                    expected.images().values()));
      }
    }
    if (!(largest <= precision.tolerance())) {
      throw new RunFailedException(
          savedModel
              + ": the exported model's embeddings differ from the trained one's by "
              + largest,
          "this is a fault of Lockstep; please report it with the experiment file");
    }
    return largest;
  }

  private static double difference(
      SavedModelBundle bundle,
      String signature,
      Map<String, Tensor> inputs,
      String output,
      float[] expected) {
    try (Result result = bundle.function(signature).call(inputs)) {
      float[] actual = VariableValues.floats((TFloat32) result.get(output).orElseThrow());
      double largest = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
      for (int i = 0; i < actual.length && i < expected.length; i++) {
        double difference = Math.abs((double) actual[i] - expected[i]);
        largest = difference <= largest ? largest : difference;
      }
      return largest;
    }
  }

  private static NdArray<byte[]> pngs(EmbeddedBatch batch) {
    NdArray<byte[]> files = NdArrays.ofObjects(byte[].class, Shape.of(batch.count()));
    for (int i = 0; i < batch.count(); i++) {
      files.setObject(png(batch, i), i);
    }
    return files;
  }

  private static byte[] png(EmbeddedBatch batch, int index) {
    int side = batch.side();
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    int at = index * side * side * 3;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int red = batch.pixels()[at++] & 255;
        int green = batch.pixels()[at++] & 255;
        int blue = batch.pixels()[at++] & 255;
        image.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
