package dev.lockstep.evaluate;

import java.util.ArrayList;
import java.util.List;

/**
 * Which texts are right for which images, many to many. Every image has a right text and every text
 * a right image.
 */
public final class Relevance {
  private final List<int[]> textsOfImages;
  private final List<int[]> imagesOfTexts;

  private Relevance(List<int[]> textsOfImages, List<int[]> imagesOfTexts) {
    this.textsOfImages = textsOfImages;
    this.imagesOfTexts = imagesOfTexts;
  }

  /**
   * From the texts that are right for each image.
   *
   * @param textsOfImages for each image the places of its right texts, without repetition
   * @param texts how many texts there are
   * @throws IllegalArgumentException if an image or a text has no right answer
   */
  public static Relevance of(List<int[]> textsOfImages, int texts) {
    List<List<Integer>> images = new ArrayList<>();
    for (int text = 0; text < texts; text++) {
      images.add(new ArrayList<>());
    }
    for (int image = 0; image < textsOfImages.size(); image++) {
      for (int text : textsOfImages.get(image)) {
        images.get(text).add(image);
      }
    }
    List<int[]> imagesOfTexts =
        images.stream().map(of -> of.stream().mapToInt(Integer::intValue).toArray()).toList();
    requireAnswers(textsOfImages, "image");
    requireAnswers(imagesOfTexts, "text");
    return new Relevance(List.copyOf(textsOfImages), imagesOfTexts);
  }

  private static void requireAnswers(List<int[]> right, String kind) {
    for (int query = 0; query < right.size(); query++) {
      if (right.get(query).length == 0) {
        throw new IllegalArgumentException(kind + " " + query + " has no right answer");
      }
    }
  }

  /** For each image the places of its right texts. */
  public List<int[]> textsOfImages() {
    return textsOfImages;
  }

  /** For each text the places of its right images, ascending. */
  public List<int[]> imagesOfTexts() {
    return imagesOfTexts;
  }
}
