package dev.lockstep.model;

import dev.lockstep.config.Block;
import dev.lockstep.model.layer.Activation;
import dev.lockstep.model.layer.TransformerEncoder;
import dev.lockstep.model.layer.TransformerEncoder.Norm;
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
  public sealed interface ImageTowerSpec permits VisionTransformer.Spec, ResNet.Spec {
    Tower<Operand<TFloat32>> tower();
  }

  /** What is needed to build a text tower. */
  public sealed interface TextTowerSpec permits Bert.Spec {
    Tower<Tokens> tower();
  }

  private enum ImageTowerType {
    VIT,
    RESNET
  }

  private enum TextTowerType {
    BERT
  }

  /**
   * @param imageSize pixels on a side of what the image tower reads
   * @param vocabularySize of the tokenizer
   * @param contextLength the longest text, in tokens
   */
  public static ModelSpec from(Block block, int imageSize, int vocabularySize, int contextLength) {
    Block image = block.block("image");
    Block text = block.block("text");
    ImageTowerSpec imageTower =
        switch (image.choice("type", ImageTowerType.class)) {
          case VIT -> VisionTransformer.Spec.from(image, imageSize);
          case RESNET -> ResNet.Spec.from(image, imageSize);
        };
    TextTowerSpec textTower =
        switch (text.choice("type", TextTowerType.class)) {
          case BERT -> Bert.Spec.from(text, vocabularySize, contextLength);
        };
    return new ModelSpec(
        imageTower,
        textTower,
        block.integer("embedding", 1, 1 << 14),
        channels(image, "mean", -1, 1, CLIP_MEAN),
        channels(image, "deviation", 1e-3, 10, CLIP_DEVIATION));
  }

  private static List<Double> channels(
      Block block, String key, double min, double max, List<Double> fallback) {
    List<Double> values = block.numbers(key, min, max, fallback);
    block.check(values.size() == 3, key, "three numbers, for red, green and blue");
    return values;
  }

  /** The keys that ViT and BERT share. */
  static TransformerEncoder.Options encoder(
      Block block, Norm norm, Activation activation, double epsilon, double dropout) {
    int hiddenSize = block.integer("hidden", 1, 1 << 14);
    int heads = block.integer("heads", 1, 1024, Math.max(1, hiddenSize / 64));
    block.check(hiddenSize % heads == 0, "heads", "a divisor of hidden (" + hiddenSize + ")");
    return new TransformerEncoder.Options(
        block.integer("layers", 1, 1024),
        hiddenSize,
        heads,
        block.integer("intermediate", 1, 1 << 16, 4 * hiddenSize),
        block.choice("activation", Activation.class, activation),
        norm,
        block.number("epsilon", 0, 1, epsilon),
        block.number("dropout", 0, 0.99, dropout),
        block.number("attention-dropout", 0, 0.99, dropout));
  }
}
