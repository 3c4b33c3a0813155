package dev.lockstep.evaluate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The different images and the different captions among rows of pairs. Files for retrieval repeat
 * both: an image with five captions stands in five rows, and two images may share a caption. Each
 * image and each caption is one query and one candidate, however often it is repeated, and a
 * caption is right for every image with which it stands in a row.
 *
 * @param pairs how many rows there are
 * @param imageRows for each different image the first row that holds it
 * @param textRows for each different caption the first row that holds it
 * @param relevance by the places in {@code imageRows} and {@code textRows}
 */
public record PairSet(int pairs, int[] imageRows, int[] textRows, Relevance relevance) {

  /**
   * The different images and captions of rows.
   *
   * @param captionKeys for each row, equal for equal captions
   * @param imageKeys for each row, equal for equal images
   */
  public static PairSet of(long[] captionKeys, long[] imageKeys) {
    if (captionKeys.length != imageKeys.length || captionKeys.length == 0) {
      throw new IllegalArgumentException(
          captionKeys.length + " caption keys, " + imageKeys.length + " image keys");
    }
    Map<Long, Integer> images = new LinkedHashMap<>();
    Map<Long, Integer> texts = new LinkedHashMap<>();
    List<Integer> imageRows = new ArrayList<>();
    List<Integer> textRows = new ArrayList<>();
    List<List<Integer>> textsOfImages = new ArrayList<>();
    for (int row = 0; row < imageKeys.length; row++) {
      int image = place(images, imageKeys[row], row, imageRows);
      int text = place(texts, captionKeys[row], row, textRows);
      if (image == textsOfImages.size()) {
        textsOfImages.add(new ArrayList<>());
      }
      textsOfImages.get(image).add(text);
    }
    List<int[]> right = textsOfImages.stream().map(PairSet::distinct).toList();
    return new PairSet(
        imageKeys.length,
        toArray(imageRows),
        toArray(textRows),
        Relevance.of(right, textRows.size()));
  }

  private static int place(Map<Long, Integer> places, long key, int row, List<Integer> rows) {
    Integer place = places.putIfAbsent(key, rows.size());
    if (place != null) {
      return place;
    }
    rows.add(row);
    return rows.size() - 1;
  }

  private static int[] distinct(List<Integer> places) {
    return places.stream().mapToInt(Integer::intValue).distinct().toArray();
  }

  private static int[] toArray(List<Integer> rows) {
    return rows.stream().mapToInt(Integer::intValue).toArray();
  }
}
