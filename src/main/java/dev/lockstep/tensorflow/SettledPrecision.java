package dev.lockstep.tensorflow;

import java.util.Locale;

/**
 * The precision of a run.
 *
 * @param why the units that it uses, or the reason for doing without
 */
public record SettledPrecision(Precision precision, String why) {

  /** For the user: {@code bfloat16 (amx_bf16, avx512_bf16)}. */
  @Override
  public String toString() {
    return precision.name().toLowerCase(Locale.ROOT) + " (" + why + ")";
  }
}
