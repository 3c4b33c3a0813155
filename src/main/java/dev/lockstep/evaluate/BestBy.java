package dev.lockstep.evaluate;

/** The score that decides which checkpoint is the best one. Higher is better for all of them. */
public enum BestBy {
  /** The mean of all recalls of both directions, the "mean recall" of the Chinese-CLIP paper. */
  MEAN_RECALL {
    @Override
    public double of(RetrievalScores scores) {
      return (mean(scores.textToImage()) + mean(scores.imageToText())) / 2;
    }
  },
  /** The mean of the recalls of text to image. */
  TEXT_TO_IMAGE_MEAN_RECALL {
    @Override
    public double of(RetrievalScores scores) {
      return mean(scores.textToImage());
    }
  },
  /** The share of captions whose nearest image is right. */
  TEXT_TO_IMAGE_RECALL_AT_1 {
    @Override
    public double of(RetrievalScores scores) {
      return atOne(scores.textToImage());
    }
  },
  /** The share of images whose nearest caption is right. */
  IMAGE_TO_TEXT_RECALL_AT_1 {
    @Override
    public double of(RetrievalScores scores) {
      return atOne(scores.imageToText());
    }
  };

  /** The deciding score, 0 to 1; one that is named after a k needs the recall at that k. */
  public abstract double of(RetrievalScores scores);

  boolean needsRecallAtOne() {
    return this == TEXT_TO_IMAGE_RECALL_AT_1 || this == IMAGE_TO_TEXT_RECALL_AT_1;
  }

  private static double mean(RetrievalScores.Direction direction) {
    return direction.recallAt().values().stream().mapToDouble(r -> r).average().orElseThrow();
  }

  private static double atOne(RetrievalScores.Direction direction) {
    return direction.recallAt().get(1);
  }
}
