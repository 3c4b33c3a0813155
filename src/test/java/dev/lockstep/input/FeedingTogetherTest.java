package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import dev.lockstep.data.DataSpec;
import dev.lockstep.data.DataSpec.OnBadShard;
import dev.lockstep.data.DatasetPreparer;
import dev.lockstep.data.PreparationListener;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.WordPieceTokenizer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * All that can be asked of the feeding at once: two datasets by weight, captions of like length
 * together, equal ones apart, a cache that holds some, random changes, two views of each image,
 * hidden tokens, a damaged shard.
 */
class FeedingTogetherTest {
  private static final int BATCH = 6;
  private static final int BATCHES = 24;
  private static final int IMAGE_SIZE = 8;

  private static final InputSpec SPEC =
      InputSpec.from(
              Block.parse(
                  """
                  shuffle-buffer = 20, parallelism = 2, cache = 16KiB
                  arrange { by-length = true, apart = true, window = 4 }
                  augment { scale = [0.8, 1.2], crop = [0.5, 1], rotation-degrees = 9, flip = 0.5
                            brightness = 0.2, hue-degrees = 20, erase = 0.3 }
                  """))
          .withOnBadShard(OnBadShard.SKIP);

  @TempDir private Path folder;
  private PreparedDataset data;

  @BeforeEach
  void prepare() throws IOException {
    Path large = pairs("large", 40);
    Path small = pairs("small", 14);
    DataSpec spec =
        DataSpec.from(
            Block.parse(
                "train = \"%s\", image-size = 8, store = 16, shard-size = 4KiB".formatted(large)));
    WordPieceTokenizer tokenizer =
        DatasetPreparer.tokenizer(spec, TokenizerSpec.from(Block.parse("")));
    DatasetPreparer preparer =
        new DatasetPreparer(folder.resolve("prepared"), spec.training(), tokenizer);
    PreparedDataset first = preparer.prepare(large, PreparationListener.NONE).dataset();
    PreparedDataset second = preparer.prepare(small, PreparationListener.NONE).dataset();
    data = first.withWeight(3).mixedWith(List.of(second.withWeight(1)));
    assertThat(first.shards()).as("shards").hasSizeGreaterThan(6);
    Path shard = first.shards().get(2);
    byte[] bytes = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(bytes, bytes.length / 2));
  }

  /** Captions of 2 to 9 words; each third image and each fifth caption comes twice. */
  private Path pairs(String name, int count) throws IOException {
    Files.createDirectories(folder.resolve(name));
    StringBuilder csv = new StringBuilder("text,image_path\n");
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
      int kind = i % 3 == 2 ? i - 1 : i;
      for (int pixel = 0; pixel < 256; pixel++) {
        image.setRGB(pixel % 16, pixel / 16, (kind * 7919 + pixel * (kind + 3)) & 0xffffff);
      }
      Path file = folder.resolve(name).resolve(i + ".png");
      ImageIO.write(image, "png", file.toFile());
      String caption = "猫狗鸟鱼马牛羊虎兔".substring(0, 2 + i % 8) + (i % 5 == 4 ? i - 1 : i);
      csv.append(caption).append(',').append(name).append('/').append(file.getFileName());
      csv.append('\n');
    }
    return Files.writeString(folder.resolve(name + ".csv"), csv);
  }

  @Test
  void aTrainingThatIsStoppedGoesOnExactly() {
    BatchLayout all = new BatchLayout(IMAGE_SIZE, 1, true, true, true, 0.3, 0, 0);
    goesOnExactly(all, StoredFeatures.NONE);
  }

  @Test
  void withStoredFeaturesInPlaceOfImagesToo() throws IOException {
    int records = RecordSource.of(data).index().size();
    int views = 2;
    try (FeatureStore store = FeatureStore.open(folder.resolve("features"), 3, views, records)) {
      for (int place = 0; place < views * records; place++) {
        store.write(place, new float[] {place, place + 0.25f, -place});
      }
      BatchLayout layout =
          new BatchLayout(IMAGE_SIZE, 1, true, false, true, 0.3, 0, 0).withImageFeatures(3);
      goesOnExactly(layout, new StoredFeatures(Optional.of(store), Optional.empty()));
    }
  }

  private void goesOnExactly(BatchLayout layout, StoredFeatures features) {
    List<List<byte[]>> whole = read(layout, features, 0, BATCHES);

    assertThat(
            new TreeSet<>(
                whole.stream().map(batch -> Arrays.deepHashCode(batch.toArray())).toList()))
        .as("no two batches are alike")
        .hasSize(BATCHES);
    // 54 pairs are 9 batches: in the first epoch within a window, in the second at its end.
    for (int stopped : new int[] {7, 12}) {
      List<List<byte[]>> rest = read(layout, features, stopped, BATCHES - stopped);
      for (int i = 0; i < rest.size(); i++) {
        Object[] expected = whole.get(stopped + i).toArray();
        assertThat(Arrays.deepEquals(rest.get(i).toArray(), expected))
            .as("batch %d of a training stopped after %d", stopped + i, stopped)
            .isTrue();
      }
    }
  }

  /** The bytes of every part of some batches. */
  private List<List<byte[]>> read(
      BatchLayout layout, StoredFeatures features, int first, int count) {
    try (Graph graph = new Graph();
        BatchIterator iterator = new BatchIterator(Ops.create(graph), layout)) {
      InputPipeline pipeline = InputPipeline.training(iterator, data, SPEC, BATCH, 7);
      List<Operand<?>> parts = iterator.next().operands();
      try (Session session = new Session(graph)) {
        pipeline.start(session, (long) first * BATCH, features);
        List<List<byte[]>> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          Session.Runner runner = session.runner();
          parts.forEach(runner::fetch);
          try (Result result = runner.run()) {
            batches.add(
                Stream.iterate(0, part -> part + 1)
                    .limit(parts.size())
                    .map(part -> bytes(result, part))
                    .toList());
          } catch (RuntimeException e) {
            throw pipeline.explain(e);
          }
        }
        assertThat(pipeline.losses()).as("the damaged shard").hasSize(1);
        iterator.close();
        return batches;
      }
    }
  }

  private static byte[] bytes(Result result, int part) {
    byte[] bytes = new byte[(int) result.get(part).asRawTensor().numBytes()];
    result.get(part).asRawTensor().data().read(bytes);
    return bytes;
  }
}
