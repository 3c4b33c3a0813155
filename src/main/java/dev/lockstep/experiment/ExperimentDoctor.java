package dev.lockstep.experiment;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lockstep.diagnose.DataCheck;
import dev.lockstep.diagnose.InputCheck;
import dev.lockstep.diagnose.StageCheck;
import dev.lockstep.diagnose.TrainingDoctor;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import dev.lockstep.train.StageSpec;
import dev.lockstep.train.StepView;
import dev.lockstep.train.Trainer;
import dev.lockstep.train.TrainingListener;
import dev.lockstep.train.TrainingSetup;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Examines an experiment before it runs, on its own training graph: the data, what one batch says
 * of the towers and their rates, the first steps as they would be, and some of each later stage.
 * Nothing of it is kept.
 */
public final class ExperimentDoctor {
  private static final int FEW_STEPS = 60;
  private static final int MANY_STEPS = 300;
  private static final double SECONDS = 20;
  private static final double MANY_SECONDS = 60;

  private final Experiment experiment;
  private final PrintStream out;
  private final Consumer<String> tell;

  /**
   * @param out for the results
   * @param tell for how it goes
   */
  public ExperimentDoctor(Experiment experiment, PrintStream out, Consumer<String> tell) {
    this.experiment = experiment;
    this.out = out;
    this.tell = tell;
  }

  /**
   * Examines it and tells.
   *
   * @return what is wrong, the causes first; empty for a clean bill
   * @throws dev.lockstep.error.LockstepException if what was given is wrong
   */
  public List<Finding> examine() {
    Path folder = temporaryFolder();
    try {
      return examine(folder);
    } finally {
      delete(folder);
    }
  }

  private List<Finding> examine(Path folder) {
    PeakMemory.reset();
    Device device = Device.open(experiment.device());
    tell.accept("device: " + device);
    ExperimentData data = ExperimentData.prepare(experiment, tell);
    StageSpec stage = experiment.stages().get(0);
    DataCheck ofData = DataCheck.of(data.training(), stage.batchSize(), stage.captionsPerImage());
    print("data", ofData.lines());
    TrainingSetup setup =
        experiment.training(
            data, folder, device, device.precision(experiment.precision()).precision());
    try (Trainer trainer = new Trainer(setup)) {
      long steps = trainer.totalSteps();
      print("graph", List.of(parameters(trainer)));
      tell.accept("trying rates, and one batch alone");
      List<String> towers =
          Stream.of("image", "text").filter(trainer.learningSides().get(0)::contains).toList();
      StageCheck ofStage =
          trainer
              .probe()
              .map(
                  probe ->
                      StageCheck.of(
                          probe,
                          "stages.0",
                          towers,
                          stage.optimizer().schedule().peak(),
                          stage.objective().objective().chanceName()))
              .orElseGet(
                  () ->
                      new StageCheck(
                          List.of("not tried: it takes its batches in parts"), List.of()));
      print("stage " + stage.name(), ofStage.lines());
      tell.accept("taking the first steps as they would be");
      TrainingDoctor doctor =
          new TrainingDoctor(
              experiment.curriculum(trainer, data.training()), new TrainingListener() {});
      List<StepView> taken = trainer.rehearse(doctor, ExperimentDoctor::isEnough);
      Speed speed = Speed.of(taken);
      InputCheck input =
          InputCheck.of(
              data.training(),
              setup.input(),
              experiment.data().imageSize(),
              stage.batchSize(),
              device);
      MemoryNeed memory = MemoryNeed.soFar();
      LaterStages later = tryLater(trainer);
      print(
          "speed",
          List.of(
              speed.describe(
                  steps,
                  seconds(trainer, stage, speed, later, data.training().records()),
                  experiment.watch().every()),
              input.describe(),
              memory.describe()));
      List<Finding> ofLater = new ArrayList<>(memory.findings("stages.0"));
      ofLater.addAll(later.findings());
      List<Finding> findings =
          together(ofData.findings(), found(doctor), ofStage.findings(), ofLater);
      findings.replaceAll(
          finding ->
              finding.id().equals("waiting-for-input")
                  ? input.finding(
                      speed.waitShare(), taken, experiment.inputPlan(stage, data.training()))
                  : finding);
      printFindings(findings);
      return findings;
    }
  }

  /** The time that all steps take. */
  private static double seconds(
      Trainer trainer, StageSpec first, Speed speed, LaterStages later, long records) {
    double ofLater = later.seconds(records);
    boolean known = first.steps(records) > 0 && (ofLater > 0 || later.tried().isEmpty());
    return known
        ? first.steps(records) * speed.stepSeconds() + ofLater
        : trainer.totalSteps() * speed.stepSeconds();
  }

  private LaterStages tryLater(Trainer trainer) {
    if (experiment.stages().size() > 1) {
      tell.accept("taking the first steps of the other stages");
    }
    LaterStages later = LaterStages.of(trainer, experiment.stages());
    later.tried().forEach(tried -> print("stage " + tried.stage().name(), List.of(tried.line())));
    return later;
  }

  /** What stands at the end; where nothing does, what stood before. */
  private static List<Finding> found(TrainingDoctor doctor) {
    return doctor.findings().isEmpty() ? doctor.told() : doctor.findings();
  }

  private static boolean isEnough(StepView step) {
    return step.stageStep() >= MANY_STEPS
        || step.seconds() > MANY_SECONDS
        || step.stageStep() >= FEW_STEPS && step.seconds() > SECONDS;
  }

  /** Each id once; where data or plan are at fault, what was tried on them says nothing more. */
  private static List<Finding> together(
      List<Finding> data, List<Finding> steps, List<Finding> stage, List<Finding> others) {
    Map<String, Finding> all = new LinkedHashMap<>();
    data.forEach(finding -> all.put(finding.id(), finding));
    boolean explained = data.stream().anyMatch(ExperimentDoctor::explainsAll);
    steps.stream()
        .filter(finding -> !explained || finding.id().equals("waiting-for-input"))
        .forEach(finding -> all.putIfAbsent(finding.id(), finding));
    boolean known =
        all.values().stream().anyMatch(finding -> !finding.id().equals("waiting-for-input"));
    if (!known) {
      stage.forEach(finding -> all.putIfAbsent(finding.id(), finding));
    }
    others.forEach(finding -> all.putIfAbsent(finding.id(), finding));
    return new ArrayList<>(
        all.values().stream().filter(finding -> finding.severity() != Severity.INFO).toList());
  }

  private static boolean explainsAll(Finding finding) {
    return Set.of("one-image", "unknown-tokens", "repeated-captions").contains(finding.id());
  }

  private static String parameters(Trainer trainer) {
    List<String> parts = new ArrayList<>();
    trainer
        .parameters()
        .forEach(
            (side, count) -> {
              List<String> when = new ArrayList<>();
              for (int i = 0; i < trainer.learningSides().size(); i++) {
                if (trainer.learningSides().get(i).contains(side)) {
                  when.add("stages." + i);
                }
              }
              parts.add(
                  "%s %,d parameters, %s"
                      .formatted(
                          side,
                          count,
                          when.isEmpty()
                              ? "never trained"
                              : "trained in " + String.join(", ", when)));
            });
    return String.join("; ", parts);
  }

  private void print(String title, List<String> lines) {
    out.println(title);
    lines.forEach(line -> out.println("  " + line));
  }

  private void printFindings(List<Finding> findings) {
    out.println("findings");
    if (findings.isEmpty()) {
      out.println("  none: this experiment can run");
    }
    for (Finding finding : findings) {
      out.printf(
          "  %s %s: %s%n    what to change: %s%n",
          finding.severity().label(), finding.id(), finding.message(), finding.advice());
    }
  }

  /** The form of {@code --json}: {@code {"findings": [...]}}. */
  public static String toJson(List<Finding> findings) {
    JsonArray array = new JsonArray();
    findings.forEach(finding -> array.add(finding.toJson()));
    JsonObject json = new JsonObject();
    json.add("findings", array);
    return new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create()
            .toJson(json)
        + "\n";
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("lockstep-doctor");
    } catch (IOException e) {
      throw new RunFailedException(
          "a temporary folder cannot be made: " + e,
          "make room in " + System.getProperty("java.io.tmpdir"),
          e);
    }
  }

  private static void delete(Path folder) {
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new RunFailedException(folder + " cannot be deleted: " + e, "delete it by hand", e);
    }
  }
}
