package dev.lockstep.serve.index;

import java.util.List;

/** What embeds the images of an index. */
public interface ImageEmbedder {
  /** Tells one model from another: equal for equal weights. */
  String fingerprint();

  /** The values of an embedding. */
  int dimension();

  /** How many pixels it takes at once. */
  int maxPixels();

  /** The embedding of each encoded image, of length 1; null for one that is damaged. */
  float[][] embed(List<byte[]> images);
}
