package dev.lockstep.diagnose;

import dev.lockstep.input.ShardLoss;
import dev.lockstep.train.EvaluationView;
import dev.lockstep.train.Finding;
import dev.lockstep.train.StageEndView;
import dev.lockstep.train.StageMove;
import dev.lockstep.train.StageView;
import dev.lockstep.train.StepView;
import dev.lockstep.train.TrainingListener;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Watches a training and tells its other listeners what is wrong with it, each finding once in a
 * stage, and again when it has become worse or better.
 */
public final class TrainingDoctor implements TrainingListener {
  /** The findings after which a training learns nothing by itself. */
  private static final Set<String> COLLAPSES =
      Set.of("rate-too-high", "collapse", "diverging", "not-a-number");

  private final Curriculum curriculum;
  private final TrainingListener others;
  private final Map<String, Finding> told = new LinkedHashMap<>();
  private List<Finding> standing = List.of();
  private Evidence evidence;
  private long lastGoodStep;

  /**
   * @param others who is told of everything that happens, and of findings
   */
  public TrainingDoctor(Curriculum curriculum, TrainingListener others) {
    this.curriculum = curriculum;
    this.others = others;
  }

  /** What is wrong as far as is known now, the causes first. */
  public List<Finding> findings() {
    return standing;
  }

  /** Why the training learns nothing any more, where that is so. */
  public Optional<Finding> collapse() {
    return standing.stream().filter(finding -> COLLAPSES.contains(finding.id())).findFirst();
  }

  /** The last step of the whole experiment at which the model told examples apart; 0 for none. */
  public long lastGoodStep() {
    return lastGoodStep;
  }

  /** What was told in this stage, in its order. */
  public List<Finding> told() {
    return List.copyOf(told.values());
  }

  @Override
  public void onStageStart(StageView stage) {
    others.onStageStart(stage);
    evidence = new Evidence(curriculum, stage);
    standing = List.of();
    told.clear();
  }

  @Override
  public void onMessage(String stage, String line) {
    others.onMessage(stage, line);
  }

  @Override
  public void onStep(StepView step) {
    others.onStep(step);
    evidence.add(step);
    if (!step.signals().isEmpty() || !Double.isFinite(step.loss())) {
      judge(step.stage(), step.step());
      if (standing.isEmpty() && !CollapseRules.isAlike(step)) {
        lastGoodStep = step.step();
      }
    }
  }

  @Override
  public void onStageMove(StageMove move) {
    others.onStageMove(move);
  }

  @Override
  public void onShardLoss(ShardLoss loss) {
    others.onShardLoss(loss);
  }

  @Override
  public void onEvaluation(EvaluationView evaluation) {
    others.onEvaluation(evaluation);
    evidence.add(evaluation);
    judge(evaluation.stage(), evaluation.step());
  }

  private void judge(String stage, long step) {
    List<Finding> now = Diagnosis.of(evidence);
    for (Finding finding : now) {
      Finding before = told.get(finding.id());
      if (before == null || before.severity() != finding.severity()) {
        told.put(finding.id(), finding);
        others.onFinding(finding, stage, step);
      }
    }
    standing = now;
  }

  @Override
  public void onStageEnd(StageEndView end) {
    others.onStageEnd(end);
  }

  @Override
  public void onFinding(Finding finding, String stage, long step) {
    others.onFinding(finding, stage, step);
  }

  @Override
  public void onCheckpoint(Path checkpoint, long step) {
    others.onCheckpoint(checkpoint, step);
  }

  @Override
  public void onTrainingEnd() {
    others.onTrainingEnd();
  }
}
