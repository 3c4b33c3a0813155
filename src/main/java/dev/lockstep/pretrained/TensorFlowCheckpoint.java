package dev.lockstep.pretrained;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lockstep.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A checkpoint of TensorFlow, such as google's {@code bert_model.ckpt}: {@code .index} has the
 * names ({@link SortedTable} of BundleEntryProto), {@code .data-00000-of-00001} the values, which
 * are read from their places without a graph or a session.
 */
final class TensorFlowCheckpoint extends StoredTensors {
  static final String INDEX = ".index";

  private static final String FORMAT = "a TensorFlow checkpoint";
  private static final int MAX_SHARDS = 10_000;

  private static final Map<DataType, ElementType> TYPES =
      Map.of(
          DataType.DT_FLOAT, ElementType.F32,
          DataType.DT_HALF, ElementType.F16,
          DataType.DT_BFLOAT16, ElementType.BF16,
          DataType.DT_DOUBLE, ElementType.F64,
          DataType.DT_INT32, ElementType.I32,
          DataType.DT_INT64, ElementType.I64);

  private final String prefix;
  private final Map<Integer, SourceFile> shards = new LinkedHashMap<>();
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  /**
   * @param prefix what the files' names have in common, or the {@code .index} file
   * @throws InvalidInputException if a file is missing or damaged
   */
  TensorFlowCheckpoint(Path prefix) {
    super(prefix);
    String name = prefix.toString();
    this.prefix = name.endsWith(INDEX) ? name.substring(0, name.length() - INDEX.length()) : name;
    try (SourceFile index = new SourceFile(Path.of(this.prefix + INDEX), FORMAT)) {
      readIndex(index);
    } catch (InvalidInputException e) {
      close();
      throw e;
    }
  }

  @Override
  public List<Path> files() {
    return Stream.concat(
            Stream.of(Path.of(prefix + INDEX)), shards.values().stream().map(SourceFile::path))
        .toList();
  }

  @Override
  Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    shards.values().forEach(SourceFile::close);
  }

  private void readIndex(SourceFile index) {
    Map<String, ByteBuffer> entries = SortedTable.read(index);
    ByteBuffer first = entries.remove("");
    try {
      BundleHeaderProto header =
          BundleHeaderProto.parseFrom(first == null ? ByteBuffer.allocate(0) : first);
      if (header.getNumShards() < 1
          || header.getNumShards() > MAX_SHARDS
          || header.getEndianness() != BundleHeaderProto.Endianness.LITTLE) {
        throw index.invalid("its header is missing, or its numbers are big-endian");
      }
      for (Map.Entry<String, ByteBuffer> entry : entries.entrySet()) {
        add(
            index,
            entry.getKey(),
            BundleEntryProto.parseFrom(entry.getValue()),
            header.getNumShards());
      }
    } catch (InvalidProtocolBufferException e) {
      throw index.invalid("it is damaged", e);
    }
  }

  private void add(SourceFile index, String name, BundleEntryProto entry, int shardCount) {
    ElementType type = TYPES.get(entry.getDtype());
    if (type == null) {
      // Strings: the graph of objects that TensorFlow 2 writes along.
      return;
    }
    if (entry.getSlicesCount() > 0) {
      throw index.invalid(name + " is cut into slices, which is not supported");
    }
    if (entry.getShardId() < 0 || entry.getShardId() >= shardCount) {
      throw index.invalid(name + " is to stand in file " + entry.getShardId());
    }
    SourceFile shard =
        shards.computeIfAbsent(
            entry.getShardId(),
            id ->
                new SourceFile(
                    Path.of(String.format("%s.data-%05d-of-%05d", prefix, id, shardCount)),
                    FORMAT));
    List<Long> shape =
        entry.getShape().getDimList().stream().map(TensorShapeProto.Dim::getSize).toList();
    StoredTensor tensor = StoredTensor.of(shard, name, type, entry.getOffset(), shape);
    if (tensor.end() - tensor.begin() != entry.getSize()) {
      throw index.invalid(name + " is to be " + type + shape + " in " + entry.getSize() + " bytes");
    }
    tensors.put(name, tensor);
  }
}
