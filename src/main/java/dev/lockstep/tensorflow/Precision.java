package dev.lockstep.tensorflow;

/** The type in which matrix products are computed; variables are float32 in either case. */
public enum Precision {
  FLOAT32,
  BFLOAT16
}
