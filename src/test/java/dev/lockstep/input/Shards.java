package dev.lockstep.input;

import dev.lockstep.data.Background;
import dev.lockstep.data.Encoding;
import dev.lockstep.data.ImageTextRecord;
import dev.lockstep.data.TfRecordWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Small record files to read. */
final class Shards {
  private Shards() {}

  /** Record i is a picture of the one value i, with i % 11 + 2 tokens, a 0 and then 100 + i. */
  static RecordSource plain(Path folder, int records, int shards, int size) {
    return write(
        folder,
        records,
        shards,
        size,
        Encoding.RAW,
        i -> {
          byte[] image = new byte[size * size * 3];
          Arrays.fill(image, (byte) i);
          return image;
        });
  }

  static RecordSource write(
      Path folder,
      int records,
      int shards,
      int size,
      Encoding encoding,
      IntFunction<byte[]> image) {
    List<RecordSource.Shard> files = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      Path file = folder.resolve("part-" + shard + ".tfrecord");
      try (TfRecordWriter writer = new TfRecordWriter(file)) {
        for (int i = records * shard / shards; i < records * (shard + 1) / shards; i++) {
          int[] ids = new int[i % 11 + 2];
          Arrays.fill(ids, 100 + i);
          ids[0] = 0;
          writer.write(
              new ImageTextRecord(image.apply(i), ids, 1000 + i, 2000 + i, i, "text " + i)
                  .toBytes());
        }
        files.add(new RecordSource.Shard(file, writer.records()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new RecordSource(
        "the test's data", files, encoding, size, Optional.of(Background.WHITE), 20);
  }
}
