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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of twenty-four shards is damaged while the training runs. */
class DamagedShardsTest {
  @TempDir Path folder;

  @Test
  void theTrainingEndsAndSaysWhatItLeftOut() {
    Path file = ToyExperiment.write(folder);
    // Of its own, so that what is scored is whole.
    Path test = ToyExperiment.pairs(folder, "test.csv", 24);
    String[] small = {"data.shard-size=1KiB", "input.shuffle-buffer=8", "data.test=" + test};
    RetrievalScores sound = train(file, "sound", small, new ArrayList<>(), false);

    List<ShardLoss> losses = new ArrayList<>();
    RetrievalScores scores = train(file, "damaged", small, losses, true);

    assertThat(losses).hasSize(1);
    assertThat(losses.get(0).reason()).contains(".tfrecord at byte").contains("checksum");
    assertThat(scores.textToImage().recallAt().get(10))
        .isGreaterThan(sound.textToImage().recallAt().get(10) - 0.2);
  }

  private RetrievalScores train(
      Path file, String name, String[] arguments, List<ShardLoss> losses, boolean damage) {
    TrainingSetup setup = ToyTraining.of(file, folder.resolve(name), arguments);
    List<RetrievalScores> scores = new ArrayList<>();
    ToyTraining.run(
        setup,
        new TrainingListener() {
          @Override
          public void onStep(StepView step) {
            if (damage && step.step() == 4) {
              flip(setup.training().shards().get(5));
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
        });
    return scores.get(scores.size() - 1);
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
}
