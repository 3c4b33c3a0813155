package dev.lockstep.data;

import com.google.gson.annotations.SerializedName;

/** How an image of any shape becomes a square. */
public enum Resize {
  /** Both sides to the size, whatever that does to the proportions: Chinese-CLIP's processor. */
  @SerializedName("squash")
  SQUASH,
  /** The short side to the size, then the middle: CLIP's processor. */
  @SerializedName("crop")
  CROP
}
