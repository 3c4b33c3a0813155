package dev.lockstep.data;

import com.google.gson.annotations.SerializedName;
import java.util.Locale;

/** Why a row of a source is left out. */
public enum DropReason {
  /** The row has more or fewer fields than the header, or is not of its format otherwise. */
  @SerializedName("row-malformed")
  ROW_MALFORMED,
  @SerializedName("caption-empty")
  CAPTION_EMPTY,
  @SerializedName("caption-too-short")
  CAPTION_TOO_SHORT,
  @SerializedName("caption-too-long")
  CAPTION_TOO_LONG,
  @SerializedName("caption-control-characters")
  CAPTION_CONTROL_CHARACTERS,
  @SerializedName("caption-markup")
  CAPTION_MARKUP,
  /** One of the expressions of {@code data.screen.reject} is found in it. */
  @SerializedName("caption-rejected")
  CAPTION_REJECTED,
  @SerializedName("caption-not-chinese")
  CAPTION_NOT_CHINESE,
  /** As many pairs as may have the caption have it already. */
  @SerializedName("caption-repeated")
  CAPTION_REPEATED,
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
  /** One side is too long for the other. */
  @SerializedName("image-side-ratio")
  IMAGE_SIDE_RATIO,
  /** An image that is cut short or damaged. */
  @SerializedName("image-corrupt")
  IMAGE_CORRUPT,
  /** The same bytes were in an earlier pair. */
  @SerializedName("image-repeated")
  IMAGE_REPEATED,
  /** An image that looks the same was in an earlier pair. */
  @SerializedName("image-near-duplicate")
  IMAGE_NEAR_DUPLICATE,
  /** Caption and image were a pair before. */
  @SerializedName("pair-repeated")
  PAIR_REPEATED;

  /** As in the manifest: {@code image-missing}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
