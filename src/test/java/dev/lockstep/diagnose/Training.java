package dev.lockstep.diagnose;

import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.train.EvaluationView;
import dev.lockstep.train.Finding;
import dev.lockstep.train.StageView;
import dev.lockstep.train.StepView;
import dev.lockstep.train.TrainingListener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A training of batches of 28 as a doctor would see it: healthy, unless something is set otherwise.
 * All steps are alike and have signals.
 */
final class Training {
  static final double LN_28 = Math.log(28);

  private final Map<String, Double> signals = new LinkedHashMap<>();
  private final List<Finding> told = new ArrayList<>();
  private final TrainingDoctor doctor;
  private Map<String, Double> gradients = Map.of("image", 10.0, "text", 5.0, "shared", 0.1);
  private Map<String, Double> rates = Map.of("image", 1e-3, "text", 1e-3, "shared", 1e-3);
  private double loss = 2;
  private double floor = 0.05;
  private double logitScale = 14.3;
  private double wait = 0.01;
  private long step;

  Training() {
    this(1);
  }

  Training(int captionsPerImage) {
    this(
        new Curriculum(List.of(Set.of("image", "text", "shared")), Set.of()),
        0,
        captionsPerImage,
        "ln N");
  }

  Training(Curriculum curriculum, int stage) {
    this(curriculum, stage, 1, "ln N");
  }

  Training(Curriculum curriculum, int stage, int captionsPerImage, String chanceName) {
    doctor =
        new TrainingDoctor(
            curriculum,
            new TrainingListener() {
              @Override
              public void onFinding(Finding finding, String name, long at) {
                told.add(finding);
              }
            });
    doctor.onStageStart(
        new StageView(
            "both",
            "joint",
            stage,
            curriculum.learning().size(),
            1000,
            0,
            1000,
            28,
            captionsPerImage,
            chanceName,
            Map.of("image", 1L, "text", 1L)));
    cosines(0.5, 0.5).similarities(0.5, 0.2, 0.2).moves(2e-3).input(1, 1, 60, 0);
    signals.put("effective-rank/image", 15.0);
    signals.put("effective-rank/text", 15.0);
  }

  Training cosines(double image, double text) {
    signals.put("mean-cosine/image", image);
    signals.put("mean-cosine/text", text);
    return this;
  }

  Training similarities(double positive, double negative, double deviation) {
    signals.put("similarity/positive", positive);
    signals.put("similarity/negative", negative);
    signals.put("similarity/deviation", deviation);
    return this;
  }

  /** By how much of their parameters' norm both towers move in a step. */
  Training moves(double ratio) {
    for (String tower : List.of("image", "text")) {
      signals.put("parameter-norm/" + tower, 10.0);
      signals.put("update-norm/" + tower, 10 * ratio);
    }
    return this;
  }

  Training input(double distinctImages, double distinctCaptions, double deviation, double unknown) {
    signals.put("input/distinct-images", distinctImages);
    signals.put("input/distinct-captions", distinctCaptions);
    signals.put("input/image-deviation", deviation);
    signals.put("input/unknown-tokens", unknown);
    return this;
  }

  Training loss(double loss, double floor) {
    this.loss = loss;
    this.floor = floor;
    return this;
  }

  Training rates(double towers, double shared) {
    rates = Map.of("image", towers, "text", towers, "shared", shared);
    return this;
  }

  Training gradients(double image, double text) {
    gradients = Map.of("image", image, "text", text, "shared", 0.1);
    return this;
  }

  Training scale(double logitScale) {
    this.logitScale = logitScale;
    return this;
  }

  /** The share of each step that waits for input. */
  Training waits(double share) {
    wait = share;
    return this;
  }

  /** What is waited for, as shares of each step. */
  Training waits(double reading, double resizing, double decoding) {
    signals.put("input/wait-reading", reading);
    signals.put("input/wait-resizing", resizing);
    signals.put("input/wait-decoding", decoding);
    return waits(reading + resizing + decoding);
  }

  Training steps(int count) {
    for (int i = 0; i < count; i++) {
      step++;
      doctor.onStep(
          new StepView(
              "both",
              step,
              step,
              1000,
              step / 1000.0,
              28 * step,
              step / 30.0,
              step,
              1,
              wait,
              loss,
              floor,
              LN_28,
              28,
              rates,
              gradients,
              logitScale,
              new LinkedHashMap<>(signals)));
    }
    return this;
  }

  /** 100 pairs, all different; chance has a mean rank of 50.5, give or take 2.9. */
  Training evaluated(double textToImage, double imageToText) {
    TreeMap<Integer, Double> recall = new TreeMap<>(Map.of(1, 0.1));
    doctor.onEvaluation(
        new EvaluationView(
            "both",
            step,
            step,
            new RetrievalScores(
                100,
                100,
                100,
                new RetrievalScores.Direction(recall, textToImage, textToImage),
                new RetrievalScores.Direction(recall, imageToText, imageToText)),
            false));
    return this;
  }

  /** What stands now. */
  List<String> ids() {
    return doctor.findings().stream().map(Finding::id).toList();
  }

  List<Finding> findings() {
    return doctor.findings();
  }

  /** What was told, in order. */
  List<String> told() {
    return told.stream().map(Finding::id).toList();
  }
}
