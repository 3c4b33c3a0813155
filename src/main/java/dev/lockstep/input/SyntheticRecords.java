package dev.lockstep.input;

import dev.lockstep.data.Encoding;
import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.TfRecordWriter;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.EncodeJpeg;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Records to measure with: waves of colour with grain over them, which a JPEG of quality 95 takes
 * as many bytes for as for a photograph.
 */
final class SyntheticRecords {
  // Records share these pictures: decoding takes as long, and writing less.
  private static final int PICTURES = 64;
  private static final int SHARDS = 4;
  private static final long JPEG_QUALITY = 95;
  private static final double GRAIN = 4;
  private static final int MAX_TOKENS = 30;
  private static final int VOCABULARY = 20_000;

  // Of the photographs that the field's figures are measured with: 67 KB each.
  private static final int ORIGINAL_WIDTH = 500;
  private static final int ORIGINAL_HEIGHT = 375;
  private static final long ORIGINAL_QUALITY = 90;
  private static final double ORIGINAL_GRAIN = 12;

  private final int pixels;
  private final Encoding encoding;
  private final int height;
  private final int width;
  private final SplittableRandom random = new SplittableRandom(1);

  /**
   * @param pixels the side of the images; of {@link Encoding#ORIGINAL}, which are JPEGs of 500x375,
   *     that of what is made of them
   */
  SyntheticRecords(int pixels, Encoding encoding) {
    this.pixels = pixels;
    this.encoding = encoding;
    this.height = encoding == Encoding.ORIGINAL ? ORIGINAL_HEIGHT : pixels;
    this.width = encoding == Encoding.ORIGINAL ? ORIGINAL_WIDTH : pixels;
  }

  RecordSource write(Path folder, int records) {
    List<byte[]> pictures = pictures();
    List<RecordSource.Shard> shards = new ArrayList<>();
    int row = 0;
    for (int shard = 0; shard < SHARDS; shard++) {
      Path file = folder.resolve("synthetic-" + shard + ".tfrecord");
      try (TfRecordWriter writer = new TfRecordWriter(file)) {
        for (; row < (long) records * (shard + 1) / SHARDS; row++) {
          writer.write(record(row, pictures.get(row % PICTURES)).toBytes());
        }
        shards.add(new RecordSource.Shard(file, writer.records()));
      } catch (IOException e) {
        throw new RunFailedException(
            file + " cannot be written: " + e, "make room on the disk, or use fewer records", e);
      }
    }
    RecordSource source =
        new RecordSource(
            "the synthetic data", shards, encoding, pixels, Optional.empty(), MAX_TOKENS);
    return encoding == Encoding.ORIGINAL ? source.asOriginals() : source;
  }

  private ImageTextRecord record(int row, byte[] image) {
    int[] ids = random.ints(random.nextInt(6, MAX_TOKENS + 1), 0, VOCABULARY).toArray();
    return new ImageTextRecord(image, ids, row, row, row, "text " + row);
  }

  private List<byte[]> pictures() {
    List<byte[]> pictures = new ArrayList<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TUint8> image =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(height, width, 3)));
      Operand<TString> encoded =
          encoding == Encoding.PNG
              ? tf.image.encodePng(image)
              : tf.image.encodeJpeg(
                  image,
                  EncodeJpeg.quality(
                      encoding == Encoding.ORIGINAL ? ORIGINAL_QUALITY : JPEG_QUALITY),
                  EncodeJpeg.chromaDownsampling(encoding == Encoding.ORIGINAL));
      try (Session session = new Session(graph)) {
        for (int i = 0; i < PICTURES; i++) {
          byte[] raw = picture();
          pictures.add(encoding == Encoding.RAW ? raw : encode(session, image, encoded, raw));
        }
      }
    }
    return pictures;
  }

  private byte[] encode(
      Session session, Placeholder<TUint8> image, Operand<TString> encoded, byte[] raw) {
    try (TUint8 fed =
            TUint8.tensorOf(NdArrays.wrap(Shape.of(height, width, 3), DataBuffers.of(raw)));
        Result result = session.runner().feed(image, fed).fetch(encoded).run()) {
      return ((TString) result.get(0)).asBytes().getObject();
    }
  }

  /** [height, width, 3] in row-major order. */
  private byte[] picture() {
    byte[] values = new byte[height * width * 3];
    double[] phase = random.doubles(9, 0, 2 * Math.PI).toArray();
    double[] waves = random.doubles(9, 0.5, 4).toArray();
    double grain = 0;
    for (int i = 0; i < values.length; i++) {
      int channel = i % 3;
      if (encoding == Encoding.ORIGINAL) {
        grain = ORIGINAL_GRAIN * random.nextGaussian();
      } else if (channel == 0) {
        grain = random.nextDouble(-GRAIN, GRAIN);
      }
      double x = (double) (i / 3 % width) / width;
      double y = (double) (i / 3 / width) / height;
      double wave =
          Math.sin(2 * Math.PI * waves[channel] * x + phase[channel])
              * Math.cos(2 * Math.PI * waves[channel + 3] * y + phase[channel + 3]);
      double value = 128 + 80 * wave + grain;
      values[i] = (byte) Math.round(Math.max(0, Math.min(255, value)));
    }
    return values;
  }
}
