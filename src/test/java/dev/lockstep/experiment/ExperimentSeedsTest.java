package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentSeedsTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("three.conf");
    Files.writeString(
        file,
        """
        name = three
        seed = 7
        seeds = 3
        data { train = train.csv, test = test.csv, image-size = 32 }
        tokenizer { vocabulary = vocab.txt }
        model {
          image { type = resnet, stem = small }
          text { type = bert, layers = 1, hidden = 64 }
          embedding = 16
        }
        stages = [{ strategy = joint, batch-size = 8, steps = 2, optimizer.learning-rate = 1e-3 }]
        """);
  }

  @Test
  void eachHasAFolderAndASeedOfItsOwn() {
    List<Experiment> runs = Experiment.readRuns(file, List.of(), false);

    assertThat(runs)
        .extracting(Experiment::name)
        .containsExactly("three-seed-7", "three-seed-8", "three-seed-9");
    assertThat(runs).extracting(Experiment::seed).containsExactly(7, 8, 9);
    assertThat(runs).extracting(Experiment::seeds).containsOnly(1);
  }

  @Test
  void theFileOfARunIsThatRunAlone() throws IOException {
    Path resolved = folder.resolve("resolved.conf");
    Files.writeString(resolved, Experiment.readRuns(file, List.of(), false).get(1).resolved());

    List<Experiment> again = Experiment.readRuns(resolved, List.of(), false);

    assertThat(again).extracting(Experiment::name).containsExactly("three-seed-8");
  }

  @Test
  void theShortFormKeepsItsEnding() {
    assertThat(Experiment.readRuns(file, List.of("name=two", "seeds=2"), true))
        .extracting(Experiment::name)
        .containsExactly("two-seed-7-smoke", "two-seed-8-smoke");
  }

  @Test
  void oneSeedIsTheExperimentItself() {
    assertThat(Experiment.readRuns(file, List.of("seeds=1"), false))
        .extracting(Experiment::name)
        .containsExactly("three");
  }
}
