package dev.lockstep.train;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.PairEmbedder;
import dev.lockstep.evaluate.RetrievalEvaluator;
import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.tensorflow.AdamW;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.tensorflow.OperationCounter;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.tensorflow.Variables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;

/**
 * Trains a model stage by stage. All stages stand in one graph, which is whole before its session
 * runs; the state says where the training stands in it.
 */
public final class Trainer implements AutoCloseable {
  /** How a training ended. */
  public enum Outcome {
    FINISHED,
    /** By request, after a checkpoint. */
    INTERRUPTED
  }

  /** A stage with its part of the graph and its own order of the data. */
  private record Stage(StageSpec spec, StageGraph graph, InputPipeline input, long steps) {}

  private final TrainingSetup setup;
  private final Graph graph = new Graph();
  private final Session session;
  private final List<Stage> stages = new ArrayList<>();
  private final PairEmbedder embedder;
  private final CheckpointFile checkpointFile;
  private final Checkpoints checkpoints;
  private final String modelDigest;
  private final RetrievalEvaluator evaluator;
  private TrainingState state;
  private long lastCheckpointStep;
  private long lastCheckpointNanos = System.nanoTime();

  /**
   * Builds the graph and loads the last checkpoint, if there is one.
   *
   * @throws dev.lockstep.error.InvalidInputException if the data is smaller than a batch, or the
   *     checkpoint is of another model
   */
  public Trainer(TrainingSetup setup) {
    this.setup = setup;
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(tf, setup.seed());
    DualEncoder model =
        new DualEncoder(tf, variables, setup.model(), setup.training().vocabulary().size());
    BatchIterator testIterator = new BatchIterator(tf, setup.imageSize());
    // Built first: it makes all of the model's variables, whatever the stages leave out.
    embedder =
        new PairEmbedder(
            model,
            testIterator,
            InputPipeline.evaluation(
                testIterator,
                setup.test().orElse(setup.training()),
                setup.input(),
                setup.evaluate().batchSize()));
    model.logitScale();
    buildStages(tf, variables, model);
    modelDigest = Checkpoints.modelDigest(variables.all());
    checkpoints = new Checkpoints(setup.checkpointFolder(), setup.checkpoint().keep());
    checkpointFile = new CheckpointFile(tf, variables.all());
    Op initializer = variables.initializer();
    session = new Session(graph, setup.device().sessionConfig());
    evaluator = new RetrievalEvaluator(setup.device().sessionConfig());
    state =
        checkpoints
            .restoreLatest(session, checkpointFile, modelDigest, setup.seed())
            .orElseGet(
                () -> {
                  session.run(initializer);
                  return TrainingState.start();
                });
    lastCheckpointStep = state.step();
  }

  private void buildStages(Ops tf, Variables variables, DualEncoder model) {
    BatchIterator iterator =
        new BatchIterator(
            tf, setup.imageSize(), setup.device().batchesAhead(), setup.device().forModel());
    AdamW adamW = new AdamW(graph, tf, variables);
    StepInputs inputs = new StepInputs(tf);
    InputSignals inputSignals =
        new InputSignals(
            setup.training().vocabulary().unknownId(), setup.training().manifest().contextLength());
    boolean bfloat16 = setup.precision() == Precision.BFLOAT16;
    for (StageSpec spec : setup.stages()) {
      long seed = variables.seedFor("stage " + stages.size());
      stages.add(
          new Stage(
              spec,
              new StageGraph(
                  tf, variables, model, adamW, spec, iterator, inputs, inputSignals, bfloat16),
              InputPipeline.training(
                  iterator, setup.training(), setup.input(), spec.batchSize(), seed),
              spec.steps(setup.training().records())));
    }
  }

  /** Where the training stands. */
  public TrainingState state() {
    return state;
  }

  /** Steps of all stages. */
  public long totalSteps() {
    return stages.stream().mapToLong(Stage::steps).sum();
  }

  /** Whether no step is left. */
  public boolean isFinished() {
    return state.stage() == stages.size();
  }

  public Checkpoints checkpoints() {
    return checkpoints;
  }

  /**
   * By stage, the floating-point operations of a step for each of its pairs, as {@link
   * OperationCounter} counts them; a stage whose graph does not tell is left out.
   *
   * @param textTokens the length of a text
   */
  public Map<String, Double> operationsPerPair(long textTokens) {
    Map<String, Double> operations = new LinkedHashMap<>();
    for (Stage stage : stages) {
      int batch = stage.spec().batchSize();
      try (OperationCounter counter = new OperationCounter(graph, batch, textTokens)) {
        counter
            .of(stage.graph().targets())
            .ifPresent(all -> operations.put(stage.spec().name(), (double) all / batch));
      }
    }
    return operations;
  }

  /**
   * Takes all the steps that are left.
   *
   * @param stopRequested asked after each step; where it says yes, a checkpoint is written
   * @throws RunFailedException if the loss is not a number, a shard is damaged, or the disk is full
   */
  public Outcome run(TrainingListener listener, BooleanSupplier stopRequested) {
    while (!isFinished()) {
      Stage stage = stages.get(state.stage());
      listener.onStageStart(view(stage));
      stage.input().start(session, state.stageStep() * stage.spec().batchSize());
      boolean lastOfStage = false;
      while (!lastOfStage) {
        listener.onStep(step(stage));
        lastOfStage = state.stageStep() == stage.steps();
        boolean best = evaluationIsDue(lastOfStage) && evaluate(stage, listener);
        if (lastOfStage) {
          state = state.atNextStage();
        }
        boolean stop = stopRequested.getAsBoolean();
        if (best || stop || lastOfStage || checkpointIsDue()) {
          checkpoint(listener, best);
        }
        if (stop) {
          return Outcome.INTERRUPTED;
        }
      }
    }
    return Outcome.FINISHED;
  }

  private StepView step(Stage stage) {
    StageSpec spec = stage.spec();
    Map<String, Double> rates = spec.optimizer().schedule().rates(state.stageStep(), stage.steps());
    long start = System.nanoTime();
    StageGraph.Measured measured;
    try {
      measured =
          stage.graph().step(session, state.step(), rates, setup.watch().isDue(state.stageStep()));
    } catch (TensorFlowException e) {
      throw stage.input().explain(e);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    state = state.afterStep(spec.batchSize(), seconds);
    checkFinite(measured);
    return new StepView(
        spec.name(),
        state.step(),
        state.stageStep(),
        totalSteps(),
        state.examples(),
        (double) state.stageStep() * spec.batchSize() / setup.training().records(),
        state.seconds(),
        seconds,
        measured.waitSeconds(),
        measured.loss(),
        measured.floor(),
        spec.batchSize(),
        rates,
        measured.gradientNorms(),
        measured.logitScale(),
        measured.signals());
  }

  private void checkFinite(StageGraph.Measured measured) {
    boolean finite =
        Double.isFinite(measured.loss())
            && measured.gradientNorms().values().stream().allMatch(Double::isFinite);
    if (!finite) {
      throw new RunFailedException(
          "step %d: the loss is %s, the norms of the gradients %s"
              .formatted(state.step(), measured.loss(), measured.gradientNorms()),
          checkpoints
              .latest()
              .map(last -> "the last good checkpoint is " + last + "; ")
              .orElse("there is no checkpoint yet; ")
              .concat("lower the learning rate, lengthen the warm-up, or set precision=float32"));
    }
  }

  private boolean evaluationIsDue(boolean lastOfStage) {
    int every = setup.evaluate().every();
    return setup.test().isPresent() && (lastOfStage || (every > 0 && state.step() % every == 0));
  }

  /** Whether the score is the best so far. */
  private boolean evaluate(Stage stage, TrainingListener listener) {
    RetrievalScores scores = embedder.embed(session).scores(evaluator, setup.evaluate().recallAt());
    double score = setup.evaluate().bestBy().of(scores);
    boolean best = score > state.bestScore();
    if (best) {
      state = state.withBest(score);
    }
    listener.onEvaluation(
        new EvaluationView(stage.spec().name(), state.step(), state.seconds(), scores, best));
    return best;
  }

  private boolean checkpointIsDue() {
    CheckpointSpec spec = setup.checkpoint();
    return System.nanoTime() - lastCheckpointNanos >= spec.every().toNanos()
        || (spec.steps() > 0 && state.step() - lastCheckpointStep >= spec.steps());
  }

  private void checkpoint(TrainingListener listener, boolean best) {
    Path written =
        checkpoints.save(session, checkpointFile, state, modelDigest, setup.seed(), best);
    lastCheckpointStep = state.step();
    lastCheckpointNanos = System.nanoTime();
    listener.onCheckpoint(written, state.step());
  }

  private StageView view(Stage stage) {
    return new StageView(
        stage.spec().name(),
        stage.spec().strategy().name(),
        state.stage(),
        stages.size(),
        stage.steps(),
        state.stageStep(),
        totalSteps(),
        stage.spec().batchSize(),
        stage.graph().trainedParameters());
  }

  @Override
  public void close() {
    evaluator.close();
    session.close();
    graph.close();
  }
}
