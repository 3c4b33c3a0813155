package dev.lockstep.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.input.ShardLoss;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Writes {@code metrics.jsonl}: a JSON object a line for each start and end of a stage, step and
 * evaluation. Each line goes to the file at once, so that a process that is killed loses none. Over
 * any number of restarts each stage, step and evaluation stands there once, in order.
 *
 * <p>JSON has no NaN and no infinity: a value that is none is {@code null}, and the key with {@code
 * Text} after it says what it was, as in {@code "loss": null, "lossText": "NaN"}.
 */
public final class MetricsFile implements TrainingListener {
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  private final Path file;
  private final FileOutputStream out;
  private MetricsHistory history;

  /**
   * Opens the file for a training that goes on. A last line that was cut off is removed, and so are
   * the lines of steps that will be taken again.
   *
   * @param resumeFrom steps of the whole experiment that are done; 0 empties the file
   * @throws InvalidInputException if a line is not of a metrics file
   * @throws RunFailedException if the file cannot be written
   */
  public MetricsFile(Path file, long resumeFrom) {
    this.file = file;
    try {
      history = MetricsHistory.cut(file, resumeFrom);
      // Not a channel, which would close when the training thread is interrupted.
      out = new FileOutputStream(file.toFile(), true);
    } catch (IOException e) {
      throw FailedLog.of(file, e);
    }
  }

  @Override
  public void onStageStart(StageView stage) {
    if (stage.index() <= history.lastStage()) {
      return;
    }
    JsonObject line = event("stage", stage.name());
    line.addProperty("strategy", stage.strategy());
    line.addProperty("index", stage.index());
    line.addProperty("steps", stage.steps() == 0 ? null : stage.steps());
    line.addProperty("batchSize", stage.batchSize());
    line.addProperty("chanceName", stage.chanceName());
    JsonObject parameters = new JsonObject();
    stage.trainedParameters().forEach(parameters::addProperty);
    line.add("trainedParameters", parameters);
    write(line);
    history = history.withStage(stage.index());
  }

  @Override
  public void onStep(StepView step) {
    JsonObject line = event("step", step.stage());
    line.addProperty("step", step.step());
    line.addProperty("stageStep", step.stageStep());
    line.addProperty("examples", step.examples());
    put(line, "epoch", step.epoch());
    put(line, "seconds", step.seconds());
    put(line, "stepSeconds", step.stepSeconds());
    put(line, "waitSeconds", step.waitSeconds());
    put(line, "loss", step.loss());
    put(line, "floor", step.floor());
    put(line, "chance", step.chance());
    line.add("learningRate", object(step.learningRates()));
    line.add("gradientNorm", object(step.gradientNorms()));
    put(line, "logitScale", step.logitScale());
    if (!step.signals().isEmpty()) {
      line.add("signals", object(step.signals()));
    }
    write(line);
  }

  @Override
  public void onStageMove(StageMove move) {
    JsonObject line = event("stage-move", move.to());
    line.addProperty("from", move.from());
    line.addProperty("step", move.step());
    put(line, "seconds", move.seconds());
    put(line, "firstStepSeconds", move.firstStepSeconds());
    write(line);
  }

  @Override
  public void onShardLoss(ShardLoss loss) {
    JsonObject line = new JsonObject();
    line.addProperty("event", "shard-loss");
    line.addProperty("shard", loss.shard().getFileName().toString());
    line.addProperty("records", loss.records());
    line.addProperty("position", loss.position());
    line.addProperty("reason", loss.reason());
    write(line);
  }

  @Override
  public void onEvaluation(EvaluationView evaluation) {
    if (history.hasEvaluation(evaluation.stage(), evaluation.step())) {
      return;
    }
    JsonObject line = event("evaluation", evaluation.stage());
    line.addProperty("step", evaluation.step());
    put(line, "seconds", evaluation.seconds());
    line.addProperty("best", evaluation.best());
    line.add("scores", evaluation.scores().toJson());
    write(line);
    history = history.withEvaluation(evaluation.stage(), evaluation.step());
  }

  @Override
  public void onStageEnd(StageEndView end) {
    JsonObject line = event("stage-end", end.stage());
    line.addProperty("index", end.index());
    line.addProperty("step", end.step());
    line.addProperty("stageStep", end.stageStep());
    put(line, "seconds", end.stageSeconds());
    line.addProperty("reason", end.reason().name().toLowerCase(Locale.ROOT));
    write(line);
  }

  @Override
  public void onFinding(Finding finding, String stage, long step) {
    JsonObject line = event("finding", stage);
    line.addProperty("step", step);
    finding.toJson().asMap().forEach(line::add);
    write(line);
  }

  @Override
  public void onTrainingEnd() {
    try {
      out.close();
    } catch (IOException e) {
      throw FailedLog.of(file, e);
    }
  }

  private static JsonObject event(String event, String stage) {
    JsonObject line = new JsonObject();
    line.addProperty("event", event);
    line.addProperty("stage", stage);
    return line;
  }

  private static JsonObject object(Map<String, Double> values) {
    JsonObject object = new JsonObject();
    values.forEach((name, value) -> put(object, name, value));
    return object;
  }

  private static void put(JsonObject line, String name, double value) {
    if (Double.isFinite(value)) {
      line.addProperty(name, value);
    } else {
      line.add(name, JsonNull.INSTANCE);
      line.addProperty(name + "Text", String.valueOf(value));
    }
  }

  private void write(JsonObject line) {
    try {
      out.write((GSON.toJson(line) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw FailedLog.of(file, e);
    }
  }
}
