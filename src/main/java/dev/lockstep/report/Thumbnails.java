package dev.lockstep.report;

import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.PairsFile;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.data.TfRecordReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TString;

/** Small pictures and the captions of a prepared dataset, from the files that it was made of. */
public final class Thumbnails implements AutoCloseable {
  private static final int SIDE = 96;

  private final Graph graph = new Graph();
  private final Session session;
  private final Placeholder<TString> file;
  private final Operand<TString> png;
  private final List<String> captions = new ArrayList<>();
  private final List<Path> images = new ArrayList<>();

  /**
   * @param csv what the dataset was prepared from
   * @param like how images are cut and laid on a background; its size is not used
   */
  public Thumbnails(PreparedDataset dataset, Path csv, ImagePreprocessor like, ConfigProto config) {
    PairsFile pairs = PairsFile.read(csv);
    for (Path shard : dataset.shards()) {
      try (TfRecordReader reader = new TfRecordReader(shard)) {
        while (reader.hasNext()) {
          ImageTextRecord record = ImageTextRecord.parse(reader.next());
          captions.add(record.text());
          String image = pairs.rows().get((int) record.row()).imagePath();
          images.add(csv.toAbsolutePath().resolveSibling(image));
        }
      }
    }
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    png =
        tf.image.encodePng(
            new ImagePreprocessor(SIDE, like.resize(), like.background()).apply(tf, file));
    session = new Session(graph, config);
  }

  /** The caption of a record, by its place in the dataset. */
  public String caption(int index) {
    return captions.get(index);
  }

  /** The image of a record as a PNG; an empty one where the file has gone since. */
  public byte[] png(int index) {
    try (TString bytes =
            TString.tensorOfBytes(NdArrays.scalarOfObject(Files.readAllBytes(images.get(index))));
        Result result = session.runner().feed(file, bytes).fetch(png).run()) {
      return ((TString) result.get(0)).asBytes().getObject();
    } catch (IOException | TensorFlowException e) {
      return new byte[0];
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
