package dev.lockstep.data;

import com.google.gson.annotations.SerializedName;
import java.util.Locale;

/** How an image of any shape becomes a square. */
public enum Resize {
  /** Both sides to the size, whatever that does to the proportions: Chinese-CLIP's processor. */
  @SerializedName("squash")
  SQUASH,
  /**
   * The short side to the size, then the middle, as torchvision and with it CLIP's own code: half a
   * pixel is rounded to the even side.
   */
  @SerializedName("crop")
  CROP,
  /** The same as transformers' processors do it: half a pixel is rounded down. */
  @SerializedName("crop-floor")
  CROP_FLOOR;

  /** Whether something of the image is cut off. */
  public boolean crops() {
    return this != SQUASH;
  }

  /**
   * How many rows or columns are cut off before the middle.
   *
   * @param surplus how many are cut off in all
   */
  int before(int surplus) {
    return this == CROP_FLOOR ? surplus / 2 : (int) Math.rint(surplus / 2.0);
  }

  /** As it is written in an experiment file. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
