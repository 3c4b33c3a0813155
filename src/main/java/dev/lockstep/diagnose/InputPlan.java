package dev.lockstep.diagnose;

import dev.lockstep.data.Encoding;
import dev.lockstep.data.Manifest.PreparedFile;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.input.InputSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * How the images of a stage come to the model, as far as it can be changed.
 *
 * @param input with the changes that the stage makes
 * @param storedSize the side of the stored images; of originals, of what is made of them
 * @param imageSize the side of what the model sees
 * @param records in all shards
 * @param bytes of all shards
 */
public record InputPlan(
    InputSpec input, Encoding encoding, int storedSize, int imageSize, long records, long bytes) {

  public static InputPlan of(InputSpec input, PreparedDataset data, int imageSize) {
    long bytes =
        data.parts().stream()
            .flatMap(part -> part.shardFiles().stream())
            .mapToLong(PreparedFile::bytes)
            .sum();
    return new InputPlan(
        input, data.encoding(), data.storedSize(), imageSize, data.records(), bytes);
  }

  /** What to write into the experiment file where a training waits for a part of the input. */
  String advice(InputWait.Part part) {
    List<String> ways = new ArrayList<>();
    switch (part) {
      case READING -> {
        addCache(ways, bytes, "all records fit into it and are read once");
        ways.add("put data.prepared on a faster disk");
        ways.add(
            "raise input.parallelism (now %d, so many records are read at a time)"
                .formatted(input.parallelism()));
      }
      case RESIZING -> {
        ways.add(
            "set data.store = %d, so that images are resized once, when they are prepared"
                .formatted(storedSize));
        if (input.originals() == InputSpec.Originals.EXACT) {
          ways.add("input.originals = fast");
        }
        addCache(
            ways, records * 3L * storedSize * storedSize, "all images fit into it, resized once");
        addThreads(ways);
      }
      case DECODING -> {
        if (!input.augment().isNone()) {
          ways.add("draw fewer changes in input.augment");
        } else if (storedSize > imageSize) {
          ways.add("set data.store = %d, which is what the model sees".formatted(imageSize));
        }
        if (encoding != Encoding.RAW && encoding != Encoding.ORIGINAL) {
          ways.add("set data.encoding = raw, which takes more disk and no decoding");
        }
        addThreads(ways);
      }
    }
    return String.join("; or ", ways);
  }

  private void addCache(List<String> ways, long needed, String effect) {
    if (input.cacheBytes() < needed) {
      long mebibytes = Math.max(1, (needed * 11 / 10 >> 20) + 1);
      ways.add("set input.cache = %dMiB: %s".formatted(mebibytes, effect));
    }
  }

  private void addThreads(List<String> ways) {
    int cores = Runtime.getRuntime().availableProcessors();
    if (input.parallelism() < cores) {
      ways.add("raise input.parallelism from %d to %d".formatted(input.parallelism(), cores));
    } else if (ways.isEmpty()) {
      ways.add("train on a machine with more cores: all %d are at work".formatted(cores));
    }
  }
}
