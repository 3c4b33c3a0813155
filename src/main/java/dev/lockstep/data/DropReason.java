package dev.lockstep.data;

import com.google.gson.annotations.SerializedName;
import java.util.Locale;

/** Why a row of a CSV is left out. */
public enum DropReason {
  /** The row has more or fewer fields than the header. */
  @SerializedName("row-malformed")
  ROW_MALFORMED,
  @SerializedName("caption-empty")
  CAPTION_EMPTY,
  @SerializedName("caption-too-long")
  CAPTION_TOO_LONG,
  @SerializedName("image-missing")
  IMAGE_MISSING,
  /** The file is there and cannot be read. */
  @SerializedName("image-unreadable")
  IMAGE_UNREADABLE,
  @SerializedName("image-empty")
  IMAGE_EMPTY,
  /** An HTML page that was downloaded in the image's place, or other bytes. */
  @SerializedName("image-not-an-image")
  IMAGE_NOT_AN_IMAGE,
  /** An image of a format that TensorFlow does not decode. */
  @SerializedName("image-unsupported")
  IMAGE_UNSUPPORTED,
  @SerializedName("image-too-large")
  IMAGE_TOO_LARGE,
  @SerializedName("image-too-small")
  IMAGE_TOO_SMALL,
  /** An image that is cut short or damaged. */
  @SerializedName("image-corrupt")
  IMAGE_CORRUPT;

  /** As in the manifest: {@code image-missing}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
