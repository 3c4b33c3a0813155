package dev.lockstep.train;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.PairEmbedder;
import dev.lockstep.evaluate.RetrievalEvaluator;
import dev.lockstep.evaluate.RetrievalScores;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.BatchLayout;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Side;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.tensorflow.Graph;
import org.tensorflow.Session;
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
    INTERRUPTED,
    /** It learns nothing any more; no checkpoint of that was written. */
    COLLAPSED
  }

  /** A stage's own steps are ready after these: one with signals, one without. */
  private static final int FIRST_STEPS = 2;

  private final TrainingSetup setup;
  private final Graph graph = new Graph();
  private final Session session;
  private final StageBuilder builder;
  private final List<TrainingStage> stages;
  private final Map<String, Long> parameters = new LinkedHashMap<>();
  private final Op initializer;
  private final List<Consumer<Session>> pretrained = new ArrayList<>();
  private final BatchIterator testIterator;
  private final Map<BatchLayout, BatchIterator> iterators = new HashMap<>();
  private final PairEmbedder embedder;
  private final Checkpoints checkpoints;
  private final CheckpointWriter checkpointWriter;
  private final RetrievalEvaluator evaluator;
  private final StepsAhead ahead;
  private final TrainingViews views;
  private final TrainingSteps steps;

  /** The stage that has ended last, until the first step of the next one. */
  private Optional<Left> left = Optional.empty();

  /**
   * A stage that has ended.
   *
   * @param nanos when, later by the time that its last evaluation took
   */
  private record Left(String stage, long nanos) {
    StageMove to(StepView first) {
      return new StageMove(
          stage,
          first.stage(),
          first.step(),
          (System.nanoTime() - nanos) * 1e-9,
          first.stepSeconds());
    }
  }

  /**
   * Builds the graph and loads the last checkpoint, if there is one.
   *
   * @throws dev.lockstep.error.InvalidInputException if the data is smaller than a batch, or the
   *     checkpoint is of another model
   */
  public Trainer(TrainingSetup setup) {
    this(setup, FreeMemory.ofThisMachine());
  }

  /**
   * @param memory says which checkpoints are written beside the training
   */
  Trainer(TrainingSetup setup, FreeMemory memory) {
    this.setup = setup;
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(tf, setup.seed());
    DualEncoder model =
        new DualEncoder(tf, variables, setup.model(), setup.training().vocabulary().size());
    testIterator = new BatchIterator(tf, setup.imageSize());
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
    builder = new StageBuilder(setup, graph, tf, variables, model, iterators);
    stages = builder.build();
    ahead = new StepsAhead(setup.stages(), setup.training().records());
    views = new TrainingViews(ahead);
    for (Variable variable : variables.trainable()) {
      parameters.merge(Side.of(variable).label(), variable.size(), Long::sum);
    }
    checkpoints = new Checkpoints(setup.checkpointFolder(), setup.checkpoint().keep());
    CheckpointFile checkpointFile = new CheckpointFile(tf, variables.all());
    initializer = variables.initializer();
    if (checkpoints.latest().isEmpty()) {
      setup.pretrained().forEach(source -> pretrained.add(source.into(tf, variables.all())));
    }
    session = setup.device().session(graph);
    evaluator = new RetrievalEvaluator(setup.device().sessionConfig());
    checkpointWriter =
        new CheckpointWriter(
            session,
            checkpoints,
            checkpointFile,
            Checkpoints.modelDigest(variables.all()),
            setup.seed(),
            setup.checkpoint(),
            memory);
    TrainingState state =
        checkpointWriter
            .restoreLatest()
            .orElseGet(
                () -> {
                  giveFirstValues();
                  return TrainingState.start();
                });
    steps = new TrainingSteps(session, setup, ahead, views, state);
  }

  private void giveFirstValues() {
    session.run(initializer);
    pretrained.forEach(filling -> filling.accept(session));
  }

  /** Multiplies all learning rates from now on. */
  public void multiplyRates(double factor) {
    steps.multiplyRates(factor);
  }

  /** Where the training stands. */
  public TrainingState state() {
    return steps.state();
  }

  /** Steps of all stages, an estimate where one ends by time; 0 where nothing can be said. */
  public long totalSteps() {
    return ahead.total(steps.state());
  }

  /** For each stage the towers of which anything learns at any time: image, text, shared. */
  public List<Set<String>> learningSides() {
    return stages.stream().map(stage -> stage.graph().learningSides()).toList();
  }

  /** By tower (image, text, shared), how many parameters there are. */
  public Map<String, Long> parameters() {
    return parameters;
  }

  /**
   * By the name of each shard that is damaged, how many times another record took the place of one
   * of its that could not be read.
   */
  public Map<String, Long> lostRecords() {
    Map<String, Long> lost = new TreeMap<>();
    stages.forEach(
        stage -> stage.input().losses().forEach((shard, n) -> lost.merge(shard, n, Long::sum)));
    return lost;
  }

  /** Whether no step is left. */
  public boolean isFinished() {
    return steps.state().stage() == stages.size();
  }

  public Checkpoints checkpoints() {
    return checkpoints;
  }

  /**
   * By stage, the floating-point operations of a step for each of its pairs; a stage whose graph
   * does not tell is left out.
   *
   * @param textTokens the length of a text
   */
  public Map<String, Double> operationsPerPair(long textTokens) {
    Map<String, Double> operations = new LinkedHashMap<>();
    for (TrainingStage stage : stages) {
      StepOperations.perPair(graph, stage, setup.imageSize(), textTokens)
          .ifPresent(count -> operations.put(stage.spec().name(), count));
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
    return run(listener, stopRequested, () -> false);
  }

  /**
   * The same.
   *
   * @param collapsed asked after each step, before anything is kept of it; where it says yes, the
   *     training ends
   */
  public Outcome run(
      TrainingListener listener, BooleanSupplier stopRequested, BooleanSupplier collapsed) {
    while (!isFinished()) {
      TrainingState state = steps.state();
      TrainingStage stage = stages.get(state.stage());
      listener.onStageStart(views.stage(stage, state));
      boolean begun =
          stage.start(
              session,
              state.stageStep(),
              ahead.pairsLeft(state),
              stopRequested,
              line -> listener.onMessage(stage.spec().name(), line));
      if (!begun) {
        checkpoint(listener, false);
        return Outcome.INTERRUPTED;
      }
      steps.startClock();
      Optional<StageEnd.Reason> end = Optional.empty();
      for (int taken = 0; end.isEmpty(); taken++) {
        if (taken == FIRST_STEPS) {
          makeReady(listener, stage);
        }
        StepView step = steps.take(stage);
        tell(listener, checkpointWriter.finished());
        listener.onStep(step);
        left.ifPresent(from -> listener.onStageMove(from.to(step)));
        left = Optional.empty();
        stage.input().newLosses().forEach(listener::onShardLoss);
        if (collapsed.getAsBoolean()) {
          tell(listener, checkpointWriter.awaited());
          return Outcome.COLLAPSED;
        }
        if (!step.isFinite()) {
          tell(listener, checkpointWriter.awaited());
          throw notFinite(step);
        }
        end = steps.end(stage);
        boolean evaluated = evaluationIsDue(end.isPresent());
        if (evaluated && end.isPresent()) {
          beginCheckpoint(listener);
        }
        long evaluation = System.nanoTime();
        boolean best = evaluated && evaluate(stage, listener);
        evaluation = System.nanoTime() - evaluation;
        end = end.or(() -> steps.end(stage));
        boolean stop = stopRequested.getAsBoolean();
        if (end.isPresent()) {
          listener.onStageEnd(views.stageEnd(stage.spec(), steps.state(), end.get()));
          steps.goOnFrom(steps.state().atNextStage());
          left = Optional.of(new Left(stage.spec().name(), steps.lastEnd() + evaluation));
        }
        keep(listener, end.isPresent(), best, !stop && !isFinished());
        if (stop) {
          return Outcome.INTERRUPTED;
        }
      }
    }
    return Outcome.FINISHED;
  }

  /**
   * A stage begins with two kinds of steps, and for each TensorFlow optimises the graph; the first
   * takes the memory and makes the kernels besides: seconds for towers of full size. They pass
   * here, where whoever starts a run looks on, and not between the stages or in their midst.
   */
  private void makeReady(TrainingListener listener, TrainingStage now) {
    long start = System.nanoTime();
    String name = now.spec().name();
    if (now.makePhasesReady(session)) {
      listener.onMessage(
          name, "its later phases are ready (%.1f s)".formatted(secondsSince(start)));
    }
    start = System.nanoTime();
    int following = steps.state().stage() + 1;
    if (following < stages.size()) {
      TrainingStage next = stages.get(following);
      next.makeReady(session);
      checkpointWriter.makeReady();
      listener.onMessage(
          name,
          "stage %s is ready to begin (%.1f s)".formatted(next.spec().name(), secondsSince(start)));
    }
    steps.startClock();
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }

  /**
   * Takes the first steps of the first stage, as {@link #run} would, and evaluates; nothing is
   * written. To be called before any step was taken, and to be followed by nothing else.
   *
   * @param enough asked after each step whether to end
   * @return the steps, in order
   */
  public List<StepView> rehearse(TrainingListener listener, Predicate<StepView> enough) {
    TrainingStage stage = stages.get(0);
    listener.onStageStart(views.stage(stage, steps.state()));
    giveFirstValues();
    List<StepView> taken = steps.first(stage, listener::onStep, enough);
    if (setup.test().isPresent() && taken.get(taken.size() - 1).isFinite()) {
      evaluate(stage, listener);
    }
    return taken;
  }

  /**
   * Takes the first steps of a stage, as if it were the first; nothing is written. To be called
   * before {@link #run} or not at all.
   *
   * @param index of the stage, from 0
   * @param enough asked after each step whether to end
   * @return the steps, in order
   */
  public List<StepView> tryStage(int index, Predicate<StepView> enough) {
    TrainingState before = steps.state();
    steps.goOnFrom(TrainingState.startOf(index));
    giveFirstValues();
    List<StepView> taken = steps.first(stages.get(index), step -> {}, enough);
    steps.goOnFrom(before);
    return taken;
  }

  /**
   * What to try out on the first stage before any step is taken; nothing where the stage takes its
   * batches in parts.
   */
  public Optional<TrainingProbe> probe() {
    TrainingStage stage = stages.get(0);
    return stage.spec().microBatch().isWhole()
        ? Optional.of(
            new TrainingProbe(session, stage.graph(), stage.input(), this::giveFirstValues))
        : Optional.empty();
  }

  private RunFailedException notFinite(StepView step) {
    return new RunFailedException(
        "step %d: the loss is %s, the norms of the gradients %s"
            .formatted(step.step(), step.loss(), step.gradientNorms()),
        checkpoints
            .latest()
            .map(last -> "the last good checkpoint is " + last + "; ")
            .orElse("there is no checkpoint yet; ")
            .concat("lower the learning rate, lengthen the warm-up, or set precision=float32"));
  }

  private boolean evaluationIsDue(boolean lastOfStage) {
    int every = setup.evaluate().every();
    return setup.test().isPresent()
        && (lastOfStage || (every > 0 && steps.state().step() % every == 0));
  }

  /** Whether the score is the best so far. */
  private boolean evaluate(TrainingStage stage, TrainingListener listener) {
    RetrievalScores scores = embedder.embed(session).scores(evaluator, setup.evaluate().recallAt());
    double score = setup.evaluate().bestBy().of(scores);
    boolean best = score > steps.state().bestScore();
    TrainingState state = steps.state().afterScore(score);
    steps.goOnFrom(state);
    listener.onEvaluation(
        new EvaluationView(stage.spec().name(), state.step(), state.seconds(), scores, best));
    return best;
  }

  /** Begins to write the variables beside what comes next, where that is of use. */
  private void beginCheckpoint(TrainingListener listener) {
    if (checkpointWriter.canWriteBeside()) {
      tell(listener, checkpointWriter.awaited());
      checkpointWriter.beginBeside(steps.state().step());
    }
  }

  /**
   * Writes a checkpoint where one is due.
   *
   * @param ended whether a stage has ended
   * @param goesOn whether more steps are to come
   */
  private void keep(TrainingListener listener, boolean ended, boolean best, boolean goesOn) {
    if (ended && goesOn && !checkpointWriter.isBegun()) {
      beginCheckpoint(listener);
    }
    if (checkpointWriter.isBegun()) {
      checkpointWriter.complete(steps.state(), best);
      if (!goesOn) {
        tell(listener, checkpointWriter.awaited());
      }
    } else if (best || ended || !goesOn || checkpointWriter.isDue(steps.state().step())) {
      checkpoint(listener, best);
    }
  }

  private void checkpoint(TrainingListener listener, boolean best) {
    tell(listener, checkpointWriter.awaited());
    tell(listener, Optional.of(checkpointWriter.write(steps.state(), best)));
  }

  private static void tell(TrainingListener listener, Optional<CheckpointWriter.Written> written) {
    written.ifPresent(checkpoint -> listener.onCheckpoint(checkpoint.path(), checkpoint.step()));
  }

  @Override
  public void close() {
    checkpointWriter.close();
    evaluator.close();
    iterators.values().forEach(BatchIterator::close);
    builder.close();
    stages.forEach(TrainingStage::close);
    testIterator.close();
    session.close();
    graph.close();
  }
}
