package dev.lockstep.pretrained;

/** The tables of position embeddings that image towers have: a class token, then a square grid. */
final class PositionGrid {
  private PositionGrid() {}

  /** The side of the grid whose table has so many rows; -1 if there is none. */
  static int side(long rows) {
    int side = (int) Math.round(Math.sqrt(Math.max(0, rows - 1)));
    return side > 0 && (long) side * side + 1 == rows ? side : -1;
  }
}
