package dev.lockstep.export;

import java.util.Locale;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** How an exported model keeps its variables; it computes in float32 in either case. */
public enum StoredPrecision {
  /** Embeddings as the trained model's; what float32 sums in another order may differ by. */
  FLOAT32(TFloat32.class, 1e-5),
  /** Half the size; weights have 11 significant bits, embeddings about four decimal places. */
  FLOAT16(TFloat16.class, 5e-3);

  private final Class<? extends TFloating> type;
  private final double tolerance;

  StoredPrecision(Class<? extends TFloating> type, double tolerance) {
    this.type = type;
    this.tolerance = tolerance;
  }

  Class<? extends TFloating> type() {
    return type;
  }

  /** What any value of an embedding may differ by from the trained model's. */
  double tolerance() {
    return tolerance;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
