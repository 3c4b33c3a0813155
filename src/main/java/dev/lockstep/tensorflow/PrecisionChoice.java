package dev.lockstep.tensorflow;

/** The key {@code precision} of an experiment; {@link Device#precision} settles it. */
public enum PrecisionChoice {
  /** bfloat16 where the processor or GPU has units for it. */
  AUTO,
  FLOAT32,
  BFLOAT16
}
