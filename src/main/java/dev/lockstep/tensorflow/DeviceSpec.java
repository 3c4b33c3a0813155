package dev.lockstep.tensorflow;

import dev.lockstep.config.Block;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What to compute on.
 *
 * @param threads threads that share the work of one operation; 0 for one on each core
 * @param interOpThreads operations that run at the same time; 0 for TensorFlow's choice, one on
 *     each core, which was the fastest for small and large models alike
 * @param gpus numbers of the GPUs to use, from 0; an empty list for none; nothing for the first
 *     GPU, where there is one
 * @param gpuMemory bytes that may be taken on each GPU; nothing to take more as it is needed
 * @param batchesAhead batches that are copied to the device before they are asked for; nothing for
 *     1 on a GPU and 0 on the CPU, where there is nothing to copy
 */
public record DeviceSpec(
    int threads,
    int interOpThreads,
    Optional<List<Integer>> gpus,
    OptionalLong gpuMemory,
    OptionalInt batchesAhead) {
  private static final long MEBIBYTE = 1L << 20;

  /** Reads the block {@code device}. */
  public static DeviceSpec from(Block block) {
    int threads = block.integer("threads", 0, 1024, 0);
    int interOpThreads = block.integer("inter-op-threads", 0, 1024, 0);
    return new DeviceSpec(
        threads,
        interOpThreads,
        gpus(block),
        gpuMemory(block),
        block.has("batches-ahead")
            ? OptionalInt.of(block.integer("batches-ahead", 0, 64))
            : OptionalInt.empty());
  }

  private static Optional<List<Integer>> gpus(Block block) {
    if (block.isList("gpus")) {
      List<Integer> gpus = block.integers("gpus", 0, 63, List.of());
      block.check(
          gpus.stream().distinct().count() == gpus.size(), "gpus", "each GPU once, as in [0, 1]");
      return Optional.of(gpus);
    }
    return switch (block.string("gpus", "auto")) {
      case "auto" -> Optional.empty();
      case "none" -> Optional.of(List.of());
      default -> throw block.invalid("gpus", "auto, none, or a list of GPUs such as [0, 1]");
    };
  }

  private static OptionalLong gpuMemory(Block block) {
    String text = block.string("gpu-memory", "growth");
    if (text.equals("growth")) {
      return OptionalLong.empty();
    }
    String expected = "growth, or a size such as 20GiB";
    block.check(text.matches("\\d.*"), "gpu-memory", expected);
    long bytes = block.bytes("gpu-memory", 0);
    block.check(bytes >= MEBIBYTE, "gpu-memory", expected);
    return OptionalLong.of(bytes);
  }
}
