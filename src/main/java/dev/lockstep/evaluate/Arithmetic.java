package dev.lockstep.evaluate;

/** In what a model is computed to be compared with another implementation. */
public enum Arithmetic {
  /** What training and evaluation compute in. */
  FLOAT32,
  /** Without rounding that could be seen, so that what differs is the model or the other side. */
  FLOAT64
}
