package dev.lockstep.data;

import dev.lockstep.data.Manifest.Statistics;
import dev.lockstep.text.WordPieceTokenizer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts what a preparation keeps, for the manifest. */
final class Tally {
  private static final int[] SHORT_SIDES = {0, 32, 64, 128, 224, 256, 384, 512, 768, 1024, 2048};
  private static final double[] SIDE_RATIOS = {1, 1.25, 1.5, 2, 3, 5, 10};

  private final WordPieceTokenizer tokenizer;
  private final LongCounts captions = new LongCounts();
  private final LongCounts images = new LongCounts();
  private final long[] shortSides = new long[SHORT_SIDES.length];
  private final long[] sideRatios = new long[SIDE_RATIOS.length];
  private long kept;
  private long captionsCut;
  private long tokens;
  private long unknownTokens;

  Tally(WordPieceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * @param tokenCount of the whole caption
   */
  void keep(ImageTextRecord record, int tokenCount, ImageConverter.Converted image) {
    kept++;
    captions.add(record.captionKey(), 1);
    images.add(record.imageKey(), 1);
    int[] ids = record.inputIds();
    tokens += ids.length - 2;
    for (int id : ids) {
      unknownTokens += id == tokenizer.vocabulary().unknownId() ? 1 : 0;
    }
    captionsCut += tokenCount > ids.length - 2 ? 1 : 0;
    int shortSide = Math.min(image.width(), image.height());
    int longSide = Math.max(image.width(), image.height());
    int side = SHORT_SIDES.length - 1;
    while (SHORT_SIDES[side] > shortSide) {
      side--;
    }
    shortSides[side]++;
    int ratio = SIDE_RATIOS.length - 1;
    while (ratio > 0 && SIDE_RATIOS[ratio] * shortSide > longSide) {
      ratio--;
    }
    sideRatios[ratio]++;
  }

  long kept() {
    return kept;
  }

  int captions() {
    return captions.size();
  }

  int images() {
    return images.size();
  }

  long captionsCut() {
    return captionsCut;
  }

  long tokens() {
    return tokens;
  }

  long unknownTokens() {
    return unknownTokens;
  }

  Statistics statistics() {
    Map<String, Long> sides = new LinkedHashMap<>();
    for (int i = 0; i < SHORT_SIDES.length; i++) {
      sides.put(String.valueOf(SHORT_SIDES[i]), shortSides[i]);
    }
    Map<String, Long> ratios = new LinkedHashMap<>();
    for (int i = 0; i < SIDE_RATIOS.length; i++) {
      ratios.put(String.valueOf(SIDE_RATIOS[i]), sideRatios[i]);
    }
    return new Statistics(sides, ratios);
  }
}
