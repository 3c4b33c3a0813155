package dev.lockstep.experiment;

import dev.lockstep.data.DatasetSpec;
import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.data.Manifest;
import dev.lockstep.data.PairSource;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.diagnose.TrainingDoctor;
import dev.lockstep.evaluate.ClassificationScores;
import dev.lockstep.evaluate.EmbeddedPairs;
import dev.lockstep.evaluate.RetrievalEvaluator;
import dev.lockstep.evaluate.RetrievalRanks;
import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.evaluate.TrainedModel;
import dev.lockstep.export.ExportedModel;
import dev.lockstep.report.Gallery;
import dev.lockstep.report.GalleryBuilder;
import dev.lockstep.report.RunCosts;
import dev.lockstep.report.RunReport;
import dev.lockstep.report.Thumbnails;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.SettledPrecision;
import dev.lockstep.train.Checkpoints;
import dev.lockstep.train.Finding;
import dev.lockstep.train.MetricsFile;
import dev.lockstep.train.ProgressPrinter;
import dev.lockstep.train.TensorBoardWriter;
import dev.lockstep.train.Trainer;
import dev.lockstep.train.Trainer.Outcome;
import dev.lockstep.train.TrainingListeners;
import dev.lockstep.train.TrainingSetup;
import dev.lockstep.train.TrainingState;
import dev.lockstep.train.WatchSpec.OnCollapse;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs an experiment from the data to the report and the exported model. */
public final class ExperimentRunner {
  private static final Logger log = LoggerFactory.getLogger(ExperimentRunner.class);

  private final Experiment experiment;
  private final Path runs;
  private final List<String> arguments;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param runs the folder of all runs
   * @param arguments of the command line, for the provenance
   * @param out for results
   * @param err for all else
   */
  public ExperimentRunner(
      Experiment experiment, Path runs, List<String> arguments, PrintStream out, PrintStream err) {
    this.experiment = experiment;
    this.runs = runs;
    this.arguments = arguments;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs what is not done yet.
   *
   * @param fresh whether to start over
   * @throws dev.lockstep.error.LockstepException if what was given is wrong, or the run fails
   */
  public Outcome run(boolean fresh) {
    try (RunFolder folder = RunFolder.open(runs, experiment, fresh);
        RunLog runLog = RunLog.open(folder.log())) {
      Optional<RunResult> finished = RunResult.read(folder.result());
      if (finished.isPresent()) {
        tell(folder.path() + " is finished; --fresh starts over, name=... makes another run");
        tellResult(folder, finished.get());
        return Outcome.FINISHED;
      }
      PeakMemory.reset();
      Device device = Device.open(experiment.device());
      SettledPrecision precision = device.precision(experiment.precision());
      tell("device: " + device);
      tell("precision: " + precision);
      experiment.remarks().forEach(this::tell);
      folder
          .corrections()
          .forEach(line -> tell("since the last start, which learned nothing: " + line));
      ExperimentData data = ExperimentData.prepare(experiment, this::tell);
      folder.record(experiment, data, arguments);
      try {
        Outcome outcome = train(folder, device, precision, data);
        if (outcome == Outcome.FINISHED) {
          finish(folder, device, data);
        }
        return outcome;
      } finally {
        RunCosts costs = RunCosts.read(folder.costs());
        RunFolder.write(folder.costs(), costs.withPeakMemory(PeakMemory.bytes()).toJson());
      }
    }
  }

  private Outcome train(
      RunFolder folder, Device device, SettledPrecision precision, ExperimentData data) {
    TrainingSetup setup =
        experiment.training(data, folder.checkpoints(), device, precision.precision(), this::tell);
    RollBacks rollBacks = new RollBacks(folder.rollBacks(), experiment.watch());
    Optional<Finding> wentBack = Optional.empty();
    while (true) {
      try (Trainer trainer = new Trainer(setup)) {
        if (trainer.isFinished()) {
          return Outcome.FINISHED;
        }
        recordOperations(folder, trainer, data.training().manifest());
        trainer.multiplyRates(rollBacks.rateFactor());
        long step = trainer.state().step();
        if (step > 0) {
          tell("going on from step %,d of %,d".formatted(step, trainer.totalSteps()));
        }
        ProgressPrinter progress = ProgressPrinter.toStandardError();
        TrainingDoctor doctor =
            new TrainingDoctor(
                experiment.curriculum(trainer, data.training()),
                new TrainingListeners(
                    List.of(
                        new MetricsFile(folder.metrics(), step),
                        new TensorBoardWriter(folder.tensorBoard(), step),
                        new FindingLog(),
                        progress)));
        wentBack.ifPresent(finding -> doctor.onFinding(finding, stageAt(trainer.state()), step));
        Outcome outcome = train(trainer, doctor, progress);
        trainer
            .lostRecords()
            .forEach(
                (shard, count) ->
                    tell(
                        "left out: %s, of which %,d records could not be read when they were due"
                            .formatted(shard, count)));
        if (outcome != Outcome.COLLAPSED) {
          return outcome;
        }
        wentBack =
            Optional.of(
                rollBacks.goBack(
                    trainer.checkpoints(),
                    doctor.collapse().orElseThrow(),
                    trainer.state().step(),
                    doctor.lastGoodStep()));
      }
    }
  }

  private String stageAt(TrainingState state) {
    return experiment.stages().get(state.stage()).name();
  }

  private Outcome train(Trainer trainer, TrainingDoctor doctor, ProgressPrinter progress) {
    boolean goesOn = experiment.watch().onCollapse() == OnCollapse.CONTINUE;
    try (StopSignal stop =
        StopSignal.listen(
            () -> progress.print("stopping after this step; a checkpoint comes first"))) {
      Outcome outcome = trainer.run(doctor, stop, () -> !goesOn && doctor.collapse().isPresent());
      if (outcome == Outcome.INTERRUPTED) {
        tell(
            "stopped at step %,d of %,d; the same command goes on from there"
                .formatted(trainer.state().step(), trainer.totalSteps()));
      }
      return outcome;
    } finally {
      doctor.onTrainingEnd();
    }
  }

  private static void recordOperations(RunFolder folder, Trainer trainer, Manifest training) {
    long textTokens = (training.tokens() + training.records() - 1) / training.records();
    RunCosts before = RunCosts.read(folder.costs());
    RunCosts now =
        new RunCosts(trainer.operationsPerPair(textTokens), textTokens, before.peakMemoryBytes());
    RunFolder.write(folder.costs(), now.toJson());
  }

  /** Scores the best checkpoint, exports it, and writes the report. */
  private void finish(RunFolder folder, Device device, ExperimentData data) {
    Checkpoints checkpoints = new Checkpoints(folder.checkpoints(), 1);
    Path checkpoint = checkpoints.best().or(checkpoints::latest).orElseThrow();
    TrainingState state = Checkpoints.state(checkpoints.latest().orElseThrow());
    Optional<RetrievalScores> scores = Optional.empty();
    double difference;
    FinishedRun run = new FinishedRun(folder, experiment);
    PreparedDataset pairs = data.scored().orElse(data.training());
    try (TrainedModel model = run.model(checkpoint, pairs, device)) {
      if (data.scored().isPresent()) {
        scores = Optional.of(scoreAndReport(folder, model.embed(), pairs, device));
      } else {
        RunReport.write(folder.path());
      }
      tell("exporting " + checkpoint.getFileName() + " to " + folder.model());
      difference = new RunExport(run, device).own(checkpoint, model.embedFirstBatch()).difference();
    }
    tell("the exported model agrees with the trained one to %.1e".formatted(difference));
    classify(folder, device);
    RunResult result = RunResult.of(state, checkpoint, scores, difference);
    RunFolder.write(folder.result(), result.toJson());
    tellResult(folder, result);
  }

  /** By the exported model, which takes images of any size and texts of any kind. */
  private void classify(RunFolder folder, Device device) {
    Optional<Path> pairs = experiment.evaluate().classify().pairs();
    if (pairs.isPresent()) {
      try (ExportedModel model = ExportedModel.load(folder.model(), device.sessionConfig())) {
        ClassificationScores scores =
            new Classification(model).score(pairs.get(), experiment.evaluate().classify());
        out.print(scores.toTable());
        RunFolder.write(folder.classification(), scores.toJson() + "\n");
      }
    }
  }

  private RetrievalScores scoreAndReport(
      RunFolder folder, EmbeddedPairs embedded, PreparedDataset pairs, Device device) {
    Optional<PairSource> source =
        experiment.data().test().filter(test -> !test.isPrepared()).map(DatasetSpec::pairs);
    ImagePreprocessor like = experiment.data().evaluation().preprocessor();
    try (RetrievalEvaluator evaluator = new RetrievalEvaluator(device.sessionConfig());
        Thumbnails thumbnails = new Thumbnails(pairs, source, like, device.sessionConfig())) {
      Gallery gallery =
          GalleryBuilder.build(
              embedded,
              evaluator,
              experiment.evaluate().gallery(),
              thumbnails::caption,
              thumbnails::png);
      RetrievalRanks ranks = embedded.ranks(evaluator);
      RunFolder.write(folder.ranks(), ranks.toJson());
      RunReport.write(folder.path(), gallery);
      return ranks.scores(experiment.evaluate().recallAt());
    }
  }

  private void tellResult(RunFolder folder, RunResult result) {
    out.println(result.summary());
    out.println("report: " + folder.report());
    out.println("model:  " + folder.model());
  }

  private void tell(String message) {
    err.println(message);
    log.info(message);
  }
}
