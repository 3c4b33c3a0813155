package dev.lockstep.pretrained.layout;

import java.util.Map;
import java.util.Optional;

/** What a library calls the parts of a layer. */
enum Endings {
  PYTORCH(
      Map.of(
          "", "",
          "/kernel", ".weight",
          "/scale", ".weight",
          "/bias", ".bias",
          "/offset", ".bias",
          "/running-mean", ".running_mean",
          "/running-variance", ".running_var"),
      true),
  TENSORFLOW(
      Map.of(
          "", "",
          "/kernel", "/kernel",
          "/scale", "/gamma",
          "/bias", "/bias",
          "/offset", "/beta"),
      false);

  private final Map<String, String> theirs;
  private final boolean outputsFirst;

  Endings(Map<String, String> theirs, boolean outputsFirst) {
    this.theirs = theirs;
    this.outputsFirst = outputsFirst;
  }

  Optional<String> theirs(String ours) {
    return Optional.ofNullable(theirs.get(ours));
  }

  /** How kernels of that many dimensions stand to ours. */
  Conversion ofKernel(int dimensions) {
    if (!outputsFirst) {
      return Conversion.AS_IS;
    }
    return dimensions == 4 ? Conversion.KERNEL : Conversion.TRANSPOSED;
  }
}
