package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingListenersTest {
  private final List<String> told = new ArrayList<>();

  private TrainingListener listener(String name) {
    return new TrainingListener() {
      @Override
      public void onStageStart(StageView stage) {
        told.add(name + " stage");
      }

      @Override
      public void onStep(StepView step) {
        told.add(name + " step");
      }

      @Override
      public void onEvaluation(EvaluationView evaluation) {
        told.add(name + " evaluation");
      }

      @Override
      public void onCheckpoint(Path checkpoint, long step) {
        told.add(name + " checkpoint");
      }

      @Override
      public void onTrainingEnd() {
        told.add(name + " end");
        throw new IllegalStateException(name);
      }
    };
  }

  @Test
  void allAreToldInTheirOrder() {
    TrainingListener both = new TrainingListeners(List.of(listener("a"), listener("b")));

    both.onStageStart(Views.stage("both", 0, 2, 0));
    both.onStep(Views.step("both", 1, 5));
    both.onEvaluation(Views.evaluation("both", 1, 0.5));
    both.onCheckpoint(Path.of("step-1"), 1);

    assertThat(told)
        .containsExactly(
            "a stage",
            "b stage",
            "a step",
            "b step",
            "a evaluation",
            "b evaluation",
            "a checkpoint",
            "b checkpoint");
  }

  @Test
  void endReachesAllThoughOneFails() {
    TrainingListener both = new TrainingListeners(List.of(listener("a"), listener("b")));

    assertThatThrownBy(both::onTrainingEnd)
        .hasMessage("a")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(told).containsExactly("a end", "b end");
  }
}
