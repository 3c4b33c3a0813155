package dev.lockstep.data;

import com.google.gson.annotations.SerializedName;

/** How the images of a shard are held. */
public enum Encoding {
  /** The pixels themselves, [size, size, 3] in row-major order: nothing to decode. */
  @SerializedName("raw")
  RAW,
  /** A fourth of the space of RAW for drawings, and nothing lost. */
  @SerializedName("png")
  PNG,
  /** A tenth of the space of RAW for photographs; colours are kept at full resolution (4:4:4). */
  @SerializedName("jpeg")
  JPEG,
  /**
   * As it was published, at its own size: the JPEG's own bytes, and a PNG for what is of another
   * format or does not stand upright.
   */
  @SerializedName("original")
  ORIGINAL
}
