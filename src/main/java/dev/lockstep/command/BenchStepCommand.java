package dev.lockstep.command;

import dev.lockstep.config.Block;
import dev.lockstep.config.ConfigFile;
import dev.lockstep.experiment.RunFolder;
import dev.lockstep.experiment.StepReport;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.DeviceSpec;
import dev.lockstep.tensorflow.PrecisionChoice;
import dev.lockstep.tensorflow.SettledPrecision;
import dev.lockstep.train.StepBenchmark;
import dev.lockstep.train.StepBenchmark.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "step",
    description = {
      "Seconds and memory of a training step on noise, and the share of the machine's fastest"
          + " matrix product that it reaches.",
      "Each kind of step is measured in a process of its own, since its memory is the process's."
    },
    mixinStandardHelpOptions = true)
final class BenchStepCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A file of conf/models, or any with a block model and data.image-size.")
  private Path model;

  @Option(names = "--batch", defaultValue = "4", description = "Pairs (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--steps",
      defaultValue = "7",
      description = "How many to measure, after two that warm up (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--vocabulary",
      paramLabel = "TOKENS",
      defaultValue = "21128",
      description = "Size of the text tower's vocabulary (default: ${DEFAULT-VALUE}).")
  private int vocabulary;

  @Option(
      names = "--precision",
      defaultValue = "auto",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private PrecisionChoice precision;

  @Option(
      names = "--kind",
      description = "Only these: ${COMPLETION-CANDIDATES}. One alone is measured in this process.")
  private List<Kind> kinds = List.of(Kind.values());

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the figures there: seconds, bytes, operations.")
  private Path json;

  @Spec private picocli.CommandLine.Model.CommandSpec command;

  @Override
  public Integer call() {
    atLeast("--batch", batch, 2);
    atLeast("--steps", steps, 1);
    atLeast("--vocabulary", vocabulary, 2);
    OutputFiles.check(json);
    StepReport report = kinds.size() == 1 ? measure(kinds.get(0)) : measureEach();
    if (json != null) {
      RunFolder.write(json, report.toJson());
    }
    System.out.print(report.toTable());
    return 0;
  }

  private void atLeast(String option, int value, int least) {
    if (value < least) {
      throw new ParameterException(
          command.commandLine(), option + " is " + value + "; it takes " + least + " or more");
    }
  }

  private StepReport measure(Kind kind) {
    Block block = ConfigFile.read(model, List.of());
    int imageSize = block.block("data").integer("image-size", 1, 4096);
    int tokens = block.block("tokenizer").integer("context-length", 2, 1 << 16, 52);
    ModelSpec spec = ModelSpec.from(block.block("model"), imageSize, tokens);
    Device device = Device.open(DeviceSpec.from(block.block("device")));
    SettledPrecision settled = device.precision(precision);
    StepBenchmark benchmark =
        new StepBenchmark(
            spec, vocabulary, imageSize, tokens, batch, steps, device, settled.precision());
    return StepReport.of(model.toString(), benchmark, kind);
  }

  private StepReport measureEach() {
    List<StepReport> reports = new ArrayList<>();
    for (Kind kind : kinds) {
      System.err.println("measuring " + kind);
      reports.add(
          StepReport.inOwnProcess(
              List.of(
                  "bench",
                  "step",
                  "--model=" + model,
                  "--batch=" + batch,
                  "--steps=" + steps,
                  "--vocabulary=" + vocabulary,
                  "--precision=" + precision,
                  "--kind=" + kind)));
    }
    return StepReport.together(reports);
  }
}
