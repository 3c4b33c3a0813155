package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.ToyExperiment;
import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.input.ShardLoss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Shards turn unreadable while the training runs. */
class DamagedShardsTest {
  /** Seeds to measure with, as in docs/input.md; without any, only what is small is tested. */
  private static final String SEEDS = "lockstep.damaged-shards.seeds";

  @TempDir Path folder;

  /** One of twenty-four. */
  @Test
  void theTrainingEndsAndSaysWhatItLeftOut() {
    Path file = ToyExperiment.write(folder);
    // Of its own, so that what is scored is whole.
    Path test = ToyExperiment.pairs(folder, "test.csv", 24);
    String[] small = {"data.shard-size=1KiB", "input.shuffle-buffer=8", "data.test=" + test};
    RetrievalScores sound = train(file, "sound", small, 6, shards -> {}).scores();

    Ended ended = train(file, "damaged", small, 6, shards -> flip(shards.get(5)));

    assertThat(ended.losses()).hasSize(1);
    assertThat(ended.losses().get(0).reason()).contains(".tfrecord at byte").contains("checksum");
    assertThat(ended.scores().textToImage().recallAt().get(10))
        .isGreaterThan(sound.textToImage().recallAt().get(10) - 0.2);
  }

  /** Two of the quickstart's forty: one is emptied, in the other no byte is left as it was. */
  @Test
  @EnabledIfSystemProperty(named = SEEDS, matches = ".+")
  void atTheQuickstartsSize() {
    Path file = Path.of("experiments/quickstart.conf");
    for (String seed : System.getProperty(SEEDS).split(",", -1)) {
      String[] arguments = {
        "seed=" + seed,
        "stages=[{strategy=joint, batch-size=256, epochs=6,"
            + " optimizer{learning-rate{image=3e-3,text=3e-3,shared=1e-2}, warmup=40,"
            + " weight-decay=0.1}}]",
        "data.shard-size=2MiB",
        "data.prepared=" + folder.resolve("prepared-" + seed)
      };
      Ended whole = train(file, "whole-" + seed, arguments, 1, shards -> {});
      System.out.printf("seed %s, whole: %s%n", seed, whole.describe());
      Ended damaged =
          train(file, "damaged-" + seed, arguments, 36, DamagedShardsTest::damageTwoOfForty);
      System.out.printf("seed %s, damaged after 36 steps: %s%n", seed, damaged.describe());
      assertThat(damaged.losses()).hasSize(2);
      arguments[3] += "-without";
      Ended without =
          train(file, "without-" + seed, arguments, 0, DamagedShardsTest::damageTwoOfForty);
      System.out.printf("seed %s, never had them: %s%n", seed, without.describe());
    }
  }

  private static void damageTwoOfForty(List<Path> shards) {
    assertThat(shards).hasSizeBetween(38, 42);
    write(shards.get(11), new byte[0]);
    write(shards.get(29), new byte[2 << 20]);
  }

  /** How a training ended. */
  private record Ended(RetrievalScores scores, List<ShardLoss> losses, long lostRecords) {
    String describe() {
      return String.format(
          Locale.ROOT,
          "text to image R@1 %.1f%% R@10 %.1f%%, image to text R@1 %.1f%% R@10 %.1f%%; %d shards"
              + " left out, %d records replaced",
          100 * scores.textToImage().recallAt().get(1),
          100 * scores.textToImage().recallAt().get(10),
          100 * scores.imageToText().recallAt().get(1),
          100 * scores.imageToText().recallAt().get(10),
          losses.size(),
          lostRecords);
    }
  }

  /**
   * @param early a step, or 0 for the beginning
   * @param damage what becomes of the shards after it
   */
  private Ended train(
      Path file, String name, String[] arguments, long early, Consumer<List<Path>> damage) {
    TrainingSetup setup = ToyTraining.of(file, folder.resolve(name), arguments);
    List<RetrievalScores> scores = new ArrayList<>();
    List<ShardLoss> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStep(StepView step) {
            if (step.step() == early) {
              damage.accept(setup.training().shards());
            }
          }

          @Override
          public void onShardLoss(ShardLoss loss) {
            losses.add(loss);
          }

          @Override
          public void onEvaluation(EvaluationView evaluation) {
            scores.add(evaluation.scores());
          }
        };
    try (Trainer trainer = new Trainer(setup)) {
      if (early == 0) {
        damage.accept(setup.training().shards());
      }
      trainer.run(listener, () -> false);
      long lost = trainer.lostRecords().values().stream().mapToLong(Long::longValue).sum();
      return new Ended(scores.get(scores.size() - 1), losses, lost);
    }
  }

  private static void flip(Path shard) {
    try {
      byte[] bytes = Files.readAllBytes(shard);
      bytes[bytes.length / 2] ^= 1;
      Files.write(shard, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path shard, byte[] content) {
    try {
      Files.write(shard, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
