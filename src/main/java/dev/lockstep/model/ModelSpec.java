package dev.lockstep.model;

import dev.lockstep.config.Block;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The block {@code model} of an experiment file.
 *
 * @param image the image tower
 * @param text the text tower
 * @param embeddingSize the dimension that both towers are projected to
 * @param pixelMean subtracted from each channel of pixels scaled to 0..1
 * @param pixelDeviation that they are then divided by
 */
public record ModelSpec(
    ImageTowerSpec image,
    TextTowerSpec text,
    int embeddingSize,
    List<Double> pixelMean,
    List<Double> pixelDeviation) {
  /** CLIP's, from its training images. */
  private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);

  private static final List<Double> CLIP_DEVIATION = List.of(0.26862954, 0.26130258, 0.27577711);

  /** What is needed to build an image tower. */
  public sealed interface ImageTowerSpec
      permits VisionTransformer.Spec, ResNet.Spec, ModifiedResNet.Spec {
    Tower<Operand<TFloat32>> tower();
  }

  /** What is needed to build a text tower. */
  public sealed interface TextTowerSpec permits Bert.Spec, CausalTransformer.Spec {
    /**
     * @param vocabularySize how many ids the tokenizer has
     */
    Tower<Tokens> tower(int vocabularySize);
  }

  private enum ImageTowerType {
    VIT,
    RESNET,
    MODIFIED_RESNET
  }

  private enum TextTowerType {
    BERT,
    CAUSAL_TRANSFORMER
  }

  /**
   * @param imageSize pixels on a side of what the image tower reads
   * @param contextLength the longest text, in tokens
   */
  public static ModelSpec from(Block block, int imageSize, int contextLength) {
    Block image = block.block("image");
    Block text = block.block("text");
    ImageTowerSpec imageTower = imageTower(image, imageSize);
    TextTowerSpec textTower = textTower(text, contextLength);
    return new ModelSpec(
        imageTower,
        textTower,
        block.integer("embedding", 1, 1 << 14),
        channels(image, "mean", -1, 1, CLIP_MEAN),
        channels(image, "deviation", 1e-3, 10, CLIP_DEVIATION));
  }

  /** The block {@code image}, for a model of one tower. */
  public static ImageTowerSpec imageTower(Block image, int imageSize) {
    return switch (image.choice("type", ImageTowerType.class)) {
      case VIT -> VisionTransformer.Spec.from(image, imageSize);
      case RESNET -> ResNet.Spec.from(image, imageSize);
      case MODIFIED_RESNET -> ModifiedResNet.Spec.from(image, imageSize);
    };
  }

  /** The block {@code text}, for a model of one tower. */
  public static TextTowerSpec textTower(Block text, int contextLength) {
    return switch (text.choice("type", TextTowerType.class)) {
      case BERT -> Bert.Spec.from(text, contextLength);
      case CAUSAL_TRANSFORMER -> CausalTransformer.Spec.from(text, contextLength);
    };
  }

  private static List<Double> channels(
      Block block, String key, double min, double max, List<Double> fallback) {
    List<Double> values = block.numbers(key, min, max, fallback);
    block.check(values.size() == 3, key, "three numbers, for red, green and blue");
    return values;
  }
}
