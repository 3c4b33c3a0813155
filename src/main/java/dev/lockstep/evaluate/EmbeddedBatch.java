package dev.lockstep.evaluate;

/**
 * A few pairs with their embeddings, to check another runtime against.
 *
 * @param pixels [count, side, side, 3], row by row, 0 to 255
 * @param inputIds [count, tokens], row by row
 * @param attentionMask [count, tokens], row by row
 */
public record EmbeddedBatch(
    int count,
    int side,
    byte[] pixels,
    int tokens,
    int[] inputIds,
    int[] attentionMask,
    Embeddings images,
    Embeddings texts) {}
