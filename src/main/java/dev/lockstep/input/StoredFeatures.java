package dev.lockstep.input;

import java.util.Optional;

/** The features that a stage reads in place of what they were made of. */
public record StoredFeatures(Optional<FeatureStore> image, Optional<FeatureStore> text) {
  public static final StoredFeatures NONE = new StoredFeatures(Optional.empty(), Optional.empty());

  public boolean isEmpty() {
    return image.isEmpty() && text.isEmpty();
  }
}
