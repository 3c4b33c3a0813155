package dev.lockstep.experiment;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.model.Side;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.pretrained.ImportedModel;
import dev.lockstep.pretrained.ModelBlock;
import dev.lockstep.pretrained.PretrainedSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the checkpoints that a model begins with say of it: where the experiment file leaves a key
 * out, the checkpoint's value is taken; where it says otherwise, that is told, or refused where the
 * weights would be of no use.
 */
final class PretrainedDefaults {
  /** A tower's block without this key only adds to what the checkpoint says. */
  private static final String TYPE = ".type";

  /** Keys that change no shape, so that the import would not notice. */
  private static final List<String> DECISIVE = List.of("heads", "activation", "end-of-text");

  /** Keys that one may well want otherwise. */
  private static final Map<Side, List<String>> FREE =
      Map.of(
          Side.IMAGE,
          List.of(
              "model.image.epsilon",
              "model.image.mean",
              "model.image.deviation",
              "data.resize",
              "data.image-size"),
          Side.TEXT,
          List.of("model.text.epsilon", "tokenizer.lowercase"));

  private final Block given;
  private final Config file;
  private final List<String> remarks = new ArrayList<>();
  private Config defaults = ConfigFactory.empty();

  private PretrainedDefaults(Block given) {
    this.given = given;
    this.file = given.config();
  }

  /**
   * @param given the experiment file
   * @throws InvalidInputException if a checkpoint cannot be read, or contradicts the file
   */
  static PretrainedDefaults of(Block given) {
    PretrainedDefaults read = new PretrainedDefaults(given);
    PretrainedSpec.from(given.block("model")).bySide().forEach(read::add);
    return read;
  }

  /** The experiment file, completed. */
  Block block() {
    return given.over(defaults);
  }

  /** What the user should know, a line each. */
  List<String> remarks() {
    return List.copyOf(remarks);
  }

  private void add(Side side, Path path) {
    String tower = "model." + side.label();
    if (!Files.exists(path)) {
      if (file.hasPath(tower + TYPE)) {
        // The resolved file of a run says all by itself, and is read long after.
        return;
      }
      throw new InvalidInputException(
          tower + ".pretrained = " + path,
          "there is no such file or folder",
          "give a folder with weights and config.json, a file of weights, or what 'lockstep import'"
              + " has written");
    }
    Config told = told(path);
    if (!told.hasPath(tower)) {
      throw new InvalidInputException(
          tower + ".pretrained = " + path,
          "this checkpoint has no " + side.label() + " tower",
          "give it to the other tower alone");
    }
    compare(side, path, told);
    Config kept =
        told.hasPath("model.embedding")
            ? told.withOnlyPath("model.embedding")
            : ConfigFactory.empty();
    for (String block : side == Side.IMAGE ? List.of("data") : List.of("tokenizer")) {
      kept = told.hasPath(block) ? kept.withFallback(told.withOnlyPath(block)) : kept;
    }
    if (!file.hasPath(tower + TYPE)) {
      kept = kept.withFallback(told.withOnlyPath(tower));
    } else if (side == Side.IMAGE) {
      for (String key : List.of(".mean", ".deviation")) {
        kept = told.hasPath(tower + key) ? kept.withFallback(told.withOnlyPath(tower + key)) : kept;
      }
    }
    defaults = defaults.withFallback(kept);
  }

  /** A checkpoint's own experiment file, so to say. */
  private Config told(Path path) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      Optional<Path> imported = checkpoint.fileBeside(ImportedModel.CONF);
      if (imported.isPresent()) {
        return ConfigFactory.parseFile(imported.get().toFile())
            .withoutPath("model.pretrained")
            .withoutPath("model.image.pretrained")
            .withoutPath("model.text.pretrained");
      }
      ModelBlock block = ModelBlock.of(checkpoint);
      block.input().remarks().forEach(remark -> remarks.add(path + ": " + remark));
      return ConfigFactory.parseString(
          block.file(), ConfigParseOptions.defaults().setOriginDescription(path.toString()));
    }
  }

  private void compare(Side side, Path path, Config told) {
    for (String key : FREE.get(side)) {
      if (differs(key, told)) {
        remarks.add(
            key
                + " = "
                + shown(file, key)
                + ", but "
                + path
                + " was trained with "
                + shown(told, key));
      }
    }
    for (String key : DECISIVE) {
      String place = "model." + side.label() + "." + key;
      if (differs(place, told)) {
        throw given
            .block("model")
            .block(side.label())
            .invalid(key, shown(told, place) + ", with which " + path + " was trained");
      }
    }
  }

  private boolean differs(String key, Config told) {
    return file.hasPath(key)
        && told.hasPath(key)
        && !plain(file.getValue(key)).equals(plain(told.getValue(key)));
  }

  /** Numbers are compared as numbers, however they are written. */
  private static Object plain(ConfigValue value) {
    return value.unwrapped() instanceof Number number
        ? (Object) number.doubleValue()
        : value.unwrapped();
  }

  private static String shown(Config config, String key) {
    return String.valueOf(config.getValue(key).unwrapped());
  }
}
