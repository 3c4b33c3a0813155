package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.ToyExperiment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages that read what a fixed tower makes of the data in place of running it. */
class FeatureCacheTest {
  private static final String FIT =
      """
      stages = [{
        strategy = freeze-image, steps = 12, batch-size = 8
        optimizer { learning-rate = 3e-3 }
      }]
      model.text { dropout = 0, attention-dropout = 0 }
      """;

  @TempDir private Path folder;
  private Path experiment;

  @BeforeEach
  void write() {
    experiment = ToyExperiment.write(folder, ToyExperiment.RESNET, FIT);
  }

  /** What a training told and learned. */
  private static final class Told implements TrainingListener {
    private final List<Double> losses = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();

    @Override
    public void onStep(StepView step) {
      losses.add(step.loss());
    }

    @Override
    public void onMessage(String stage, String line) {
      messages.add(line);
    }
  }

  @Test
  void learnsTheSameAsWithTheTowerItself() {
    for (String strategy : List.of("freeze-image", "freeze-text", "projections-only")) {
      Told with = train("with-" + strategy, "stages.0.strategy=" + strategy);
      Told without =
          train("without-" + strategy, "stages.0.strategy=" + strategy, "stages.0.cache=off");

      assertThat(with.messages).as(strategy).isNotEmpty();
      assertThat(without.messages).isEmpty();
      assertThat(with.losses).hasSize(12);
      for (int i = 0; i < 12; i++) {
        assertThat(with.losses.get(i)).isCloseTo(without.losses.get(i), within(1e-4));
      }
    }
  }

  @Test
  void isFoundAgainAndWhatIsDamagedIsMadeAnew() throws IOException {
    Told first = train("first");
    Told second = train("second");
    Path file = stored();
    flipByte(file, Files.size(file) / 2);
    Told third = train("third");
    cut(file, Files.size(file) / 2);
    Told fourth = train("fourth");

    assertThat(first.messages.get(0)).contains("computing 24 once");
    assertThat(second.messages).singleElement().asString().contains("24 read from");
    assertThat(third.messages.get(0)).contains("1 of 24").contains("missing or damaged");
    assertThat(fourth.messages.get(0)).contains("12 of 24");
    assertThat(second.losses).isEqualTo(first.losses);
    assertThat(third.losses).isEqualTo(first.losses);
    assertThat(fourth.losses).isEqualTo(first.losses);
  }

  @Test
  void anotherTowerHasFeaturesOfItsOwn() throws IOException {
    train("first");
    Told other = train("other", "seed=4");

    assertThat(other.messages.get(0)).contains("computing 24 once");
    try (Stream<Path> files = Files.list(folder.resolve("prepared/features"))) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void keepsSomeViewsOfImagesThatAreAugmented() {
    String augmented = "input.augment.flip=0.5";
    Told none = train("none", augmented);
    Told two = train("two", augmented, "stages.0.cache-views=2", "stages.0.steps=24");
    Told off = train("off", augmented, "stages.0.augment=false");

    assertThat(none.messages).as("they are different each time").isEmpty();
    assertThat(two.messages.get(0)).contains("computing 48 once");
    assertThat(off.messages.get(0)).contains("computing 24 once");
  }

  @Test
  void isNotMadeForAStageThatIsShorterThanTheMaking() {
    Told told = train("short", "stages.0.steps=2");

    assertThat(told.messages).isEmpty();
    assertThat(folder.resolve("prepared/features")).doesNotExist();
  }

  @Test
  void aPlaceThatCannotBeWrittenIsToldAndDoneWithout() throws IOException {
    ToyTraining.of(experiment, folder.resolve("prepare"));
    Files.writeString(folder.resolve("prepared/features"), "in the way");

    Told told = train("blocked");

    assertThat(told.messages).singleElement().asString().contains("computed in each step");
    assertThat(told.losses).hasSize(12);
  }

  /** Asked at the first batch of features, the training stops before its first step. */
  @Test
  void goesOnWithTheRestAfterAStop() {
    String smallBatches = "evaluate.batch-size=8";
    Told stopped = new Told();
    int[] asked = {0};
    try (Trainer trainer =
        new Trainer(ToyTraining.of(experiment, folder.resolve("run"), smallBatches))) {
      assertThat(trainer.run(stopped, () -> ++asked[0] > 1)).isEqualTo(Trainer.Outcome.INTERRUPTED);
    }
    Told rest = new Told();
    ToyTraining.run(ToyTraining.of(experiment, folder.resolve("run"), smallBatches), rest);

    assertThat(stopped.losses).isEmpty();
    assertThat(stopped.messages.get(1)).contains("16 of 24 left");
    assertThat(rest.messages.get(0)).contains("16 of 24");
    assertThat(rest.losses).hasSize(12);
  }

  private Told train(String run, String... arguments) {
    Told told = new Told();
    ToyTraining.run(ToyTraining.of(experiment, folder.resolve(run), arguments), told);
    return told;
  }

  private Path stored() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("prepared/features"))) {
      return files.findFirst().orElseThrow();
    }
  }

  private static void flipByte(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ 1);
    }
  }

  private static void cut(Path file, long size) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(size);
    }
  }
}
