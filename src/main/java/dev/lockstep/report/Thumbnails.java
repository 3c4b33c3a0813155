package dev.lockstep.report;

import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.PairReader;
import dev.lockstep.data.PairSource;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.data.RecordFiles;
import dev.lockstep.data.RecordIndex;
import dev.lockstep.data.SourceImage;
import dev.lockstep.data.StoredPicture;
import dev.lockstep.data.UnusableImageException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFUnimplementedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TString;

/**
 * Small pictures and the captions of a prepared dataset: of the image files that it was made of,
 * and otherwise of the stored images.
 */
public final class Thumbnails implements AutoCloseable {
  private static final int SIDE = 96;

  private final Graph graph = new Graph();
  private final Session session;
  private final Placeholder<TString> file;
  private final Operand<TString> png;
  private final PreparedDataset dataset;
  private final RecordIndex index;
  private final RecordFiles records;
  private final Map<Long, SourceImage> originals = new HashMap<>();

  /**
   * @param source what the dataset was prepared from; without one, the stored images are shown
   * @param like how images are cut and laid on a background; its size is not used
   */
  public Thumbnails(
      PreparedDataset dataset,
      Optional<PairSource> source,
      ImagePreprocessor like,
      ConfigProto config) {
    this.dataset = dataset;
    index = dataset.index();
    records = new RecordFiles(dataset.shards());
    source.filter(PairSource::namesImageFiles).ifPresent(this::findOriginals);
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    png =
        tf.image.encodePng(
            new ImagePreprocessor(SIDE, like.resize(), like.background()).apply(tf, file));
    session = new Session(graph, config);
  }

  private void findOriginals(PairSource source) {
    try (PairReader pairs = source.open()) {
      pairs.forEachRemaining(pair -> originals.put(pair.row(), pair.image()));
    }
  }

  /** The caption of a record, by its place in the dataset; empty where it cannot be read. */
  public String caption(int place) {
    return record(place).map(ImageTextRecord::text).orElse("");
  }

  /** The image of a record as a PNG; an empty one where it cannot be read any more. */
  public byte[] png(int place) {
    Optional<ImageTextRecord> record = record(place);
    Optional<byte[]> original = record.map(r -> originals.get(r.row())).flatMap(Thumbnails::read);
    try {
      return original
          .map(this::scaled)
          .or(() -> record.map(stored -> StoredPicture.of(stored, dataset.encoding())))
          .orElse(new byte[0]);
    } catch (TFInvalidArgumentException | TFUnimplementedException | TensorFlowException e) {
      return new byte[0];
    }
  }

  private Optional<ImageTextRecord> record(int place) {
    try {
      byte[] bytes = records.read(index.shard(place), index.offset(place));
      return Optional.of(ImageTextRecord.parse(bytes));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<byte[]> read(SourceImage image) {
    try {
      return Optional.of(image.read());
    } catch (UnusableImageException e) {
      return Optional.empty();
    }
  }

  private byte[] scaled(byte[] image) {
    try (TString bytes = TString.tensorOfBytes(NdArrays.scalarOfObject(image));
        Result result = session.runner().feed(file, bytes).fetch(png).run()) {
      return ((TString) result.get(0)).asBytes().getObject();
    }
  }

  @Override
  public void close() {
    records.close();
    session.close();
    graph.close();
  }
}
