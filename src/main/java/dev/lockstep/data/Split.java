package dev.lockstep.data;

import com.google.gson.annotations.SerializedName;
import java.util.Locale;

/** The parts that a dataset is split into. */
public enum Split {
  @SerializedName("train")
  TRAIN,
  @SerializedName("validation")
  VALIDATION,
  @SerializedName("test")
  TEST;

  /** As in the manifest and in the names of shards. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
