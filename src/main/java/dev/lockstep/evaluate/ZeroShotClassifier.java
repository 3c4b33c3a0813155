package dev.lockstep.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Classifies images by labels that it was never trained on (Radford et al. 2021): a label's
 * embedding is the mean of its prompts' embeddings, and an image belongs to the nearest.
 */
public final class ZeroShotClassifier {
  private final List<String> labels;
  private final float[][] embeddings;

  /**
   * @param embedTexts the embedding of each text, of length 1
   */
  public ZeroShotClassifier(
      List<String> labels,
      PromptTemplates templates,
      Function<List<String>, float[][]> embedTexts) {
    this.labels = List.copyOf(labels);
    this.embeddings =
        labels.stream()
            .map(label -> mean(embedTexts.apply(templates.prompts(label))))
            .toArray(float[][]::new);
  }

  /**
   * A label that an image may have.
   *
   * @param similarity the cosine of the label's embedding with the image's
   */
  public record Guess(String label, float similarity) {}

  public List<String> labels() {
    return labels;
  }

  /**
   * All labels, the nearest first; of equally near ones the earlier.
   *
   * @param image its embedding, of length 1
   */
  public List<Guess> guesses(float[] image) {
    List<Guess> guesses = new ArrayList<>();
    IntStream.range(0, embeddings.length)
        .forEach(i -> guesses.add(new Guess(labels.get(i), dot(embeddings[i], image))));
    guesses.sort(Comparator.comparing(Guess::similarity).reversed());
    return guesses;
  }

  /** Of length 1. */
  private static float[] mean(float[][] prompts) {
    double[] sum = new double[prompts[0].length];
    for (float[] prompt : prompts) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += prompt[i];
      }
    }
    double square = 0;
    for (double value : sum) {
      square += value * value;
    }
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length && square > 0; i++) {
      mean[i] = (float) (sum[i] / Math.sqrt(square));
    }
    return mean;
  }

  private static float dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return (float) sum;
  }
}
