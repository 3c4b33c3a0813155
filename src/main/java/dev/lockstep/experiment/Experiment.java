package dev.lockstep.experiment;

import dev.lockstep.config.Block;
import dev.lockstep.config.ConfigFile;
import dev.lockstep.data.DataSpec;
import dev.lockstep.data.PreparedDataset;
import dev.lockstep.diagnose.Curriculum;
import dev.lockstep.diagnose.InputPlan;
import dev.lockstep.evaluate.EvaluateSpec;
import dev.lockstep.input.AugmentSpec;
import dev.lockstep.input.InputSpec;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Side;
import dev.lockstep.pretrained.PretrainedSpec;
import dev.lockstep.tensorflow.Device;
import dev.lockstep.tensorflow.DeviceSpec;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.tensorflow.PrecisionChoice;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.train.CheckpointSpec;
import dev.lockstep.train.StageSpec;
import dev.lockstep.train.Trainer;
import dev.lockstep.train.TrainingSetup;
import dev.lockstep.train.WatchSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * An experiment file, read and checked whole.
 *
 * @param name also the name of the run's folder
 * @param seed of everything that is drawn at random
 * @param seeds how many runs the file asks for, the first with {@code seed}, each other with the
 *     next
 * @param pretrained the checkpoints that the model begins with
 * @param remarks what the user should know of the file before it is run, a line each
 * @param resolved the same as HOCON with every default and absolute path written out
 */
public record Experiment(
    String name,
    int seed,
    int seeds,
    PrecisionChoice precision,
    DeviceSpec device,
    DataSpec data,
    TokenizerSpec tokenizer,
    InputSpec input,
    ModelSpec model,
    PretrainedSpec pretrained,
    List<StageSpec> stages,
    EvaluateSpec evaluate,
    CheckpointSpec checkpoint,
    WatchSpec watch,
    List<String> remarks,
    String resolved) {
  /** Steps of each stage in the short form. */
  private static final long SMOKE_STEPS = 20;

  /**
   * Reads an experiment file.
   *
   * @param overrides {@code key=value}
   * @param smoke whether to read the short form, which has a name of its own
   * @throws dev.lockstep.error.InvalidInputException for a missing file, an unknown key, a wrong
   *     type or an impossible value
   */
  public static Experiment read(Path file, List<String> overrides, boolean smoke) {
    List<String> all = new ArrayList<>(overrides);
    if (smoke) {
      all.add("smoke=true");
    }
    return read(ConfigFile.read(file, all));
  }

  /**
   * Reads an experiment file as the runs that it asks for: one, or one for each of its {@code
   * seeds}, named after its seed as in {@code quickstart-seed-7}.
   *
   * @throws dev.lockstep.error.InvalidInputException as {@link #read}
   */
  public static List<Experiment> readRuns(Path file, List<String> overrides, boolean smoke) {
    Experiment whole = read(file, overrides, smoke);
    if (whole.seeds == 1) {
      return List.of(whole);
    }
    String name = ConfigFile.read(file, overrides).string("name");
    List<Experiment> runs = new ArrayList<>();
    for (int i = 0; i < whole.seeds; i++) {
      List<String> ofSeed = new ArrayList<>(overrides);
      long seed = (long) whole.seed + i;
      ofSeed.addAll(List.of("seeds=1", "seed=" + seed, "name=" + name + "-seed-" + seed));
      runs.add(read(file, ofSeed, smoke));
    }
    return runs;
  }

  private static Experiment read(Block given) {
    PretrainedDefaults defaults = PretrainedDefaults.of(given);
    Block block = defaults.block();
    boolean smoke = block.flag("smoke", false);
    String name = block.string("name") + (smoke ? "-smoke" : "");
    block.check(
        name.matches("[\\w][\\w.-]*"),
        "name",
        "letters, digits, '.', '_' and '-': it names the run's folder");
    DataSpec data = DataSpec.from(block.block("data"));
    TokenizerSpec tokenizer = TokenizerSpec.from(block.block("tokenizer"));
    int seed = block.integer("seed", 0, Integer.MAX_VALUE, 0);
    int seeds = block.integer("seeds", 1, 1000, 1);
    PrecisionChoice precision =
        block.choice("precision", PrecisionChoice.class, PrecisionChoice.AUTO);
    DeviceSpec device = DeviceSpec.from(block.block("device"));
    InputSpec input = InputSpec.from(block.block("input")).withOnBadShard(data.onBadShard());
    ModelSpec model =
        ModelSpec.from(block.block("model"), data.imageSize(), tokenizer.contextLength());
    PretrainedSpec pretrained = PretrainedSpec.from(block.block("model"));
    List<StageSpec> stages = StageSpec.listFrom(block);
    if (smoke) {
      stages = stages.stream().map(stage -> stage.atMost(SMOKE_STEPS)).toList();
    }
    EvaluateSpec evaluate = EvaluateSpec.from(block.block("evaluate"));
    checkPatience(block, stages, data, evaluate);
    CheckpointSpec checkpoint = CheckpointSpec.from(block.block("checkpoint"));
    WatchSpec watch = WatchSpec.from(block.block("doctor"));
    block.finish();
    return new Experiment(
        name,
        seed,
        seeds,
        precision,
        device,
        data,
        tokenizer,
        input,
        model,
        pretrained,
        stages,
        evaluate,
        checkpoint,
        watch,
        defaults.remarks(),
        block.resolved());
  }

  /** A score that nobody takes cannot stop rising. */
  private static void checkPatience(
      Block block, List<StageSpec> stages, DataSpec data, EvaluateSpec evaluate) {
    for (int i = 0; i < stages.size(); i++) {
      block
          .blocks("stages")
          .get(i)
          .check(
              stages.get(i).end().patience() == 0 || (data.isScored() && evaluate.every() > 0),
              "patience",
              "none without evaluations on the way: give data.test or data.split, and"
                  + " evaluate.every");
    }
  }

  /** Who learns when, who begins with weights of a checkpoint, and how images come in. */
  Curriculum curriculum(Trainer trainer, PreparedDataset training) {
    Set<String> loaded =
        pretrained.bySide().keySet().stream().map(Side::label).collect(Collectors.toSet());
    return new Curriculum(
        trainer.learningSides(),
        loaded,
        stages.stream().map(stage -> inputPlan(stage, training)).toList());
  }

  /** How the images of a stage come to the model. */
  InputPlan inputPlan(StageSpec stage, PreparedDataset training) {
    InputSpec own = stage.augment() ? input : input.withAugment(AugmentSpec.NONE);
    return InputPlan.of(own, training, data.imageSize());
  }

  /** All that the training of its stages is made of. */
  public TrainingSetup training(
      ExperimentData data, Path checkpoints, Device device, Precision settled) {
    return training(data, checkpoints, device, settled, line -> {});
  }

  /**
   * The same.
   *
   * @param tell takes the tables of what is imported, line by line
   */
  TrainingSetup training(
      ExperimentData data,
      Path checkpoints,
      Device device,
      Precision settled,
      Consumer<String> tell) {
    return new TrainingSetup(
        model,
        pretrained.sources(table -> table.lines().forEach(tell)),
        stages,
        data.training(),
        data.watched(),
        this.data.imageSize(),
        input,
        evaluate,
        checkpoint,
        watch,
        checkpoints,
        device,
        settled,
        seed);
  }
}
