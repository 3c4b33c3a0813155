package dev.lockstep.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.data.Background;
import dev.lockstep.data.Encoding;
import dev.lockstep.data.RecordIndex;
import dev.lockstep.data.Resize;
import dev.lockstep.input.MixedStream.Share;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchPlanTest {
  @TempDir Path folder;

  @Test
  void aBufferAsLargeAsTheDatasetTakesRecordsFarAndWide() {
    RecordIndex index = Shards.plain(folder, 200, 5, 1).index();

    int[] full = EpochOrder.of(index, 0, 200, 200, 1, 0);
    int[] other = EpochOrder.of(index, 0, 200, 200, 1, 1);

    assertThat(full).containsExactlyInAnyOrder(IntStream.range(0, 200).toArray());
    assertThat(full).isNotEqualTo(other);
    assertThat(EpochOrder.of(index, 0, 200, 200, 1, 0)).isEqualTo(full);
    // Of an even shuffle, 100 of 200 records lie in the half that they came from, give or take 7.
    long stayed = IntStream.range(0, 200).filter(i -> full[i] / 100 == i / 100).count();
    assertThat(stayed).isBetween(70L, 130L);
  }

  @Test
  void withoutABufferFourShardsAreReadInTurn() {
    RecordIndex index = Shards.plain(folder, 80, 8, 1).index();

    int[] order = EpochOrder.of(index, 0, 80, 1, 5, 0);

    assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, 80).toArray());
    for (int i = 0; i < 80; i++) {
      assertThat(order[i] % 10).isEqualTo(i % 40 / 4);
      assertThat(order[i] / 10).isEqualTo(order[i % 4 + i / 40 * 40] / 10);
    }
  }

  @Test
  void drawsDatasetsAsOftenAsTheirWeightsSay() {
    RecordIndex index = Shards.plain(folder, 110, 2, 1).index();
    List<Share> shares = List.of(new Share(0, 100, 3), new Share(100, 10, 1));
    MixedStream stream = new MixedStream(index, shares, 1, 1000, 7);

    int[] records = IntStream.range(0, 8192).map(stream::at).toArray();

    assertThat(Arrays.stream(records).filter(r -> r < 100).count()).isEqualTo(6144);
    assertThat(Arrays.stream(records, 0, 400).filter(r -> r < 100).count())
        .as("in any stretch too")
        .isCloseTo(300, within(40L));
    // In an epoch of its own each record of the small dataset comes once.
    int[] small = Arrays.stream(records).filter(r -> r >= 100).limit(20).sorted().toArray();
    assertThat(small).isEqualTo(IntStream.range(0, 20).map(i -> 100 + i / 2).toArray());
    MixedStream again = new MixedStream(index, shares, 1, 1000, 7);
    assertThat(IntStream.range(5000, 5100).map(again::at).toArray())
        .isEqualTo(Arrays.copyOfRange(records, 5000, 5100));
  }

  @Test
  void putsCaptionsOfLikeLengthTogetherAndMovesThemNoFartherThanTheWindow() {
    RecordSource source = Shards.plain(folder, 440, 2, 1);
    BatchPlan plain = plan(source, "", 11);
    BatchPlan sorted = plan(source, "arrange { by-length = true, window = 4 }", 11);

    for (int window = 0; window < 10; window++) {
      List<Integer> expected = new ArrayList<>();
      List<Integer> found = new ArrayList<>();
      List<Integer> lengths = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Arrays.stream(plain.batch(window * 4 + i)).forEach(expected::add);
        int[] batch = sorted.batch(window * 4 + i);
        Arrays.stream(batch).forEach(found::add);
        lengths.add(
            Arrays.stream(batch).map(source.index()::tokens).max().orElseThrow()
                - Arrays.stream(batch).map(source.index()::tokens).min().orElseThrow());
      }
      assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
      // Lengths go from 2 to 12, so a fourth of them spans about 3.
      assertThat(lengths.stream().mapToInt(l -> l).average().orElseThrow()).isLessThan(5);
    }
    assertThat(plan(source, "arrange { by-length = true, window = 4 }", 11).batch(37))
        .isEqualTo(sorted.batch(37));
  }

  @Test
  void keepsEqualCaptionsAndImagesApart() {
    RecordIndex index = new RecordIndex(40);
    for (int i = 0; i < 40; i++) {
      // Ten captions of four pairs each, twenty images of two.
      index.add(0, 0, 5, i / 4, i % 20);
    }
    RecordSource source = source(index);
    BatchPlan apart = plan(source, "arrange { apart = true, window = 4 }", 10);

    int repeats = 0;
    int repeatsBefore = 0;
    for (int batch = 0; batch < 40; batch++) {
      repeats += repeats(index, apart.batch(batch));
      repeatsBefore += repeats(index, plan(source, "", 10).batch(batch));
    }
    assertThat(repeatsBefore).isGreaterThan(120);
    assertThat(repeats).isLessThan(repeatsBefore / 4);
  }

  private static int repeats(RecordIndex index, int[] batch) {
    long captions = Arrays.stream(batch).mapToLong(index::captionKey).distinct().count();
    long images = Arrays.stream(batch).mapToLong(index::imageKey).distinct().count();
    return (int) (2 * batch.length - captions - images);
  }

  private static RecordSource source(RecordIndex index) {
    return new RecordSource(
        "the test's data",
        List.of(),
        Encoding.RAW,
        1,
        Resize.SQUASH,
        Optional.of(Background.WHITE),
        20,
        false,
        index,
        List.of(new Share(0, index.size(), 1)));
  }

  private static BatchPlan plan(RecordSource source, String input, int batchSize) {
    return BatchPlan.shuffled(source, InputSpec.from(Block.parse(input)), 1, batchSize, 3);
  }
}
