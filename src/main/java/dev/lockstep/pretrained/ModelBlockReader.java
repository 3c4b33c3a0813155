package dev.lockstep.pretrained;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import dev.lockstep.config.ConfigFile;
import dev.lockstep.model.Side;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Tells a model's form from a checkpoint. */
final class ModelBlockReader {
  private static final int HEAD_WIDTH = 64;

  /** ViT-H/14 has heads of 80, which no tensor shows. */
  private static final int HUGE_HIDDEN_SIZE = 1280;

  private static final int HUGE_HEAD_WIDTH = 80;

  /** CLIP's ResNet divides the image's side by this before the first stage. */
  private static final int STEM_STRIDE = 4;

  private final Checkpoint checkpoint;
  private final VariableShapes shapes;
  private final CheckpointConfig config;
  private final Map<Side, Map<String, Object>> towers = new EnumMap<>(Side.class);
  private final InputForm input;
  private Optional<Integer> imageSize;

  ModelBlockReader(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    this.shapes = new VariableShapes(checkpoint);
    this.config = new CheckpointConfig(checkpoint);
    this.input = InputForm.of(checkpoint);
    this.imageSize = config.imageSize();
  }

  ModelBlock read() {
    if (checkpoint.layout().sides().contains(Side.IMAGE)) {
      towers.put(Side.IMAGE, image());
    }
    boolean hasText = checkpoint.layout().sides().contains(Side.TEXT);
    if (hasText) {
      towers.put(Side.TEXT, text());
    }
    addImported();
    return new ModelBlock(
        checkpoint.path() + ": " + checkpoint.layout(),
        Collections.unmodifiableMap(towers),
        embedding(),
        imageSize,
        hasText ? Optional.of(shapes.size("text/embeddings/position", 2, 0)) : Optional.empty(),
        hasText ? Optional.of(shapes.size("text/embeddings/word", 2, 0)) : Optional.empty(),
        shapes.has("text/embeddings/segment") ? Optional.of(config.paddingId()) : Optional.empty(),
        input,
        checkpoint.layout().label().startsWith("transformers'"));
  }

  /** An import says all that its tensors do not show in its own block. */
  private void addImported() {
    checkpoint
        .fileBeside(ImportedModel.CONF)
        .map(file -> ConfigFile.read(file, List.of()).block("model").config().root())
        .ifPresent(
            model -> towers.forEach((side, keys) -> addImported(keys, model.get(side.label()))));
  }

  private static void addImported(Map<String, Object> keys, ConfigValue tower) {
    if (tower instanceof ConfigObject object) {
      object.forEach((key, value) -> keys.put(key, value.render(ConfigRenderOptions.concise())));
      keys.remove("pretrained");
    }
  }

  private Optional<Integer> embedding() {
    return List.of("image", "text").stream()
        .map(side -> side + "/projection/kernel")
        .filter(shapes::has)
        .map(kernel -> shapes.size(kernel, 2, 1))
        .findFirst();
  }

  private Map<String, Object> image() {
    Map<String, Object> tower;
    if (shapes.has("image/pool/position-embedding")) {
      tower = modifiedResNet();
    } else if (shapes.has("image/stem/convolution/kernel")) {
      tower = resNet();
    } else {
      tower = visionTransformer();
    }
    input.mean().ifPresent(mean -> tower.put("mean", mean));
    input.deviation().ifPresent(deviation -> tower.put("deviation", deviation));
    return tower;
  }

  private Map<String, Object> visionTransformer() {
    int patch = shapes.size("image/patch-embedding/kernel", 4, 0);
    int rows = shapes.size("image/position-embedding", 2, 0);
    if (PositionGrid.side(rows) < 0) {
      throw shapes.invalid("its " + rows + " image positions are no square and a class token");
    }
    imageSize = Optional.of(PositionGrid.side(rows) * patch);
    Map<String, Object> tower = new LinkedHashMap<>();
    tower.put("type", "vit");
    tower.put("style", shapes.has("image/patch-embedding/bias") ? "google" : "clip");
    tower.put("patch", patch);
    addEncoder(tower, Side.IMAGE, shapes.size("image/patch-embedding/kernel", 4, 3));
    return tower;
  }

  private Map<String, Object> resNet() {
    config.refuse("downsample_in_bottleneck");
    String stem = "image/stem/convolution/kernel";
    boolean bottleneck = shapes.has("image/stage/0/0/2/kernel");
    List<Integer> depths = depths();
    Map<String, Object> tower = new LinkedHashMap<>();
    tower.put("type", "resnet");
    tower.put("stem", shapes.size(stem, 4, 0) == 3 ? "small" : "imagenet");
    tower.put("block", bottleneck ? "bottleneck" : "basic");
    tower.put("stem-width", shapes.size(stem, 4, 3));
    tower.put(
        "widths",
        IntStream.range(0, depths.size())
            .mapToObj(stage -> shapes.size("image/stage/" + stage + "/0/0/kernel", 4, 3))
            .toList());
    tower.put("depths", depths);
    tower.put("downsample-in-first-stage", config.flag("downsample_in_first_stage"));
    return tower;
  }

  private Map<String, Object> modifiedResNet() {
    List<Integer> depths = depths();
    int features = shapes.size("image/pool/position-embedding", 2, 1);
    int side = PositionGrid.side(shapes.size("image/pool/position-embedding", 2, 0));
    imageSize = Optional.of(side * STEM_STRIDE << (depths.size() - 1));
    Map<String, Object> tower = new LinkedHashMap<>();
    tower.put("type", "modified-resnet");
    tower.put("width", shapes.size("image/stem/2/kernel", 4, 3));
    tower.put("depths", depths);
    tower.put("heads", config.heads(Side.IMAGE, features).orElse(features / HEAD_WIDTH));
    return tower;
  }

  private List<Integer> depths() {
    int stages = shapes.count(stage -> "image/stage/" + stage + "/0/0/kernel");
    return IntStream.range(0, stages)
        .mapToObj(stage -> shapes.count(i -> "image/stage/" + stage + "/" + i + "/0/kernel"))
        .toList();
  }

  private Map<String, Object> text() {
    boolean bert = shapes.has("text/embeddings/segment");
    Map<String, Object> tower = new LinkedHashMap<>();
    tower.put("type", bert ? "bert" : "causal-transformer");
    if (bert) {
      tower.put("pooling", "class");
    } else {
      tower.put("pooling", config.endOfText().isPresent() ? "end-of-text" : "highest-id");
      config.endOfText().ifPresent(id -> tower.put("end-of-text", id));
    }
    tower.put("positions", shapes.size("text/embeddings/position", 2, 0));
    if (bert && shapes.size("text/embeddings/segment", 2, 0) != 2) {
      tower.put("segments", shapes.size("text/embeddings/segment", 2, 0));
    }
    addEncoder(tower, Side.TEXT, shapes.size("text/embeddings/word", 2, 1));
    return tower;
  }

  private void addEncoder(Map<String, Object> tower, Side side, int hiddenSize) {
    String encoder = side.label() + "/encoder/";
    int headWidth =
        side == Side.IMAGE && hiddenSize == HUGE_HIDDEN_SIZE ? HUGE_HEAD_WIDTH : HEAD_WIDTH;
    tower.put("layers", shapes.count(layer -> encoder + layer + "/mlp/up/kernel"));
    tower.put("hidden", hiddenSize);
    tower.put("heads", config.heads(side, hiddenSize).orElse(Math.max(1, hiddenSize / headWidth)));
    tower.put("intermediate", shapes.size(encoder + "0/mlp/up/kernel", 2, 1));
    config.activation(side).ifPresent(name -> tower.put("activation", name));
    config.epsilon(side).ifPresent(epsilon -> tower.put("epsilon", epsilon));
    config.dropout(side).ifPresent(rate -> tower.put("dropout", rate));
    config.attentionDropout(side).ifPresent(rate -> tower.put("attention-dropout", rate));
  }
}
