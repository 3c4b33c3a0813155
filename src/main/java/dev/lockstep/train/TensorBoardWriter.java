package dev.lockstep.train;

import dev.lockstep.data.TfRecordWriter;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.evaluate.RetrievalScores;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/**
 * Writes the scalars of a training for TensorBoard, one event file for each start of the process.
 * Each event goes to the file at once, so that TensorBoard shows it and a killed process loses
 * none.
 */
public final class TensorBoardWriter implements TrainingListener {
  private final Path file;
  private final TfRecordWriter out;

  /**
   * Opens a new event file.
   *
   * @param folder where the event files of this run are; made if it is missing
   * @param resumeFrom steps of the whole experiment that are done; TensorBoard then drops what
   *     earlier files tell of later steps
   * @throws RunFailedException if the file cannot be written
   */
  public TensorBoardWriter(Path folder, long resumeFrom) {
    Path opened = folder;
    try {
      Files.createDirectories(folder);
      opened = newFile(folder);
      file = opened;
      out = new TfRecordWriter(new FileOutputStream(file.toFile()));
    } catch (IOException e) {
      throw FailedLog.of(opened, e);
    }
    write(Event.newBuilder().setFileVersion("brain.Event:2"));
    if (resumeFrom > 0) {
      write(
          Event.newBuilder()
              .setStep(resumeFrom + 1)
              .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START)));
    }
  }

  /**
   * TensorBoard reads the files of a folder in the order of their names, so the time comes first.
   */
  private static Path newFile(Path folder) throws IOException {
    String name =
        "events.out.tfevents.%d.%s.%d"
            .formatted(System.currentTimeMillis() / 1000, host(), ProcessHandle.current().pid());
    for (int i = 0; ; i++) {
      Path file = folder.resolve(name + "." + i);
      if (!Files.exists(file)) {
        return file;
      }
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  @Override
  public void onStep(StepView step) {
    Summary.Builder scalars = Summary.newBuilder();
    add(scalars, "loss", step.loss());
    add(scalars, "loss/floor", step.floor());
    add(scalars, "loss/chance", step.chance());
    step.learningRates().forEach((tower, rate) -> add(scalars, "learning-rate/" + tower, rate));
    step.gradientNorms().forEach((tower, norm) -> add(scalars, "gradient-norm/" + tower, norm));
    add(scalars, "logit-scale", step.logitScale());
    step.signals().forEach((name, value) -> add(scalars, name, value));
    if (step.stepSeconds() > 0) {
      add(scalars, "input/wait-share", step.waitSeconds() / step.stepSeconds());
      add(scalars, "pairs-per-second", step.batchSize() / step.stepSeconds());
    }
    write(Event.newBuilder().setStep(step.step()).setSummary(scalars));
  }

  @Override
  public void onEvaluation(EvaluationView evaluation) {
    Summary.Builder scalars = Summary.newBuilder();
    add(scalars, "text-to-image", evaluation.scores().textToImage());
    add(scalars, "image-to-text", evaluation.scores().imageToText());
    write(Event.newBuilder().setStep(evaluation.step()).setSummary(scalars));
  }

  @Override
  public void onTrainingEnd() {
    try {
      out.close();
    } catch (IOException e) {
      throw FailedLog.of(file, e);
    }
  }

  private static void add(
      Summary.Builder scalars, String name, RetrievalScores.Direction direction) {
    direction.recallAt().forEach((k, recall) -> add(scalars, "recall/" + name + "@" + k, recall));
    add(scalars, "mean-rank/" + name, direction.meanRank());
    add(scalars, "median-rank/" + name, direction.medianRank());
  }

  private static void add(Summary.Builder scalars, String tag, double value) {
    scalars.addValueBuilder().setTag(tag).setSimpleValue((float) value);
  }

  private void write(Event.Builder event) {
    try {
      out.write(event.setWallTime(System.currentTimeMillis() / 1000.0).build().toByteArray());
      out.flush();
    } catch (IOException e) {
      throw FailedLog.of(file, e);
    }
  }
}
