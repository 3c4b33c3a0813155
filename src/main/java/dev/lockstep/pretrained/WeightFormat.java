package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** The formats in which weights are published. */
enum WeightFormat {
  SAFETENSORS {
    @Override
    WeightFile open(Path path) {
      return new SafetensorsFile(path);
    }
  },
  SHARDS {
    @Override
    WeightFile open(Path path) {
      return new ShardedWeights(path);
    }
  },
  TORCH {
    @Override
    WeightFile open(Path path) {
      return new TorchFile(path);
    }
  },
  TENSORFLOW {
    @Override
    WeightFile open(Path path) {
      return new TensorFlowCheckpoint(path);
    }
  };

  private static final int START_BYTES = 64;

  abstract WeightFile open(Path path);

  /**
   * @throws InvalidInputException if there is no such file, or its beginning is of no known format
   */
  static WeightFormat of(Path path) {
    String name = path.toString();
    if (name.endsWith(ShardedWeights.INDEX)) {
      return SHARDS;
    }
    if (name.endsWith(TensorFlowCheckpoint.INDEX)
        || !Files.exists(path) && Files.exists(Path.of(name + TensorFlowCheckpoint.INDEX))) {
      return TENSORFLOW;
    }
    return ofContent(path);
  }

  /** Opens a file that is no index of others. */
  static WeightFile single(Path path) {
    return ofContent(path).open(path);
  }

  private static WeightFormat ofContent(Path path) {
    try (SourceFile file = new SourceFile(path, "safetensors, PyTorch or TensorFlow weights")) {
      ByteBuffer start = file.read(0, Math.min(START_BYTES, file.size()));
      if (ZipDirectory.isZip(start) || TorchLegacy.isLegacy(start)) {
        return TORCH;
      }
      if (start.remaining() > Long.BYTES && start.get(Long.BYTES) == '{'
          || path.toString().endsWith(".safetensors")) {
        return SAFETENSORS;
      }
      throw file.invalid("it begins like none of them");
    }
  }
}
