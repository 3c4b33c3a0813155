package dev.lockstep.model;

import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;

/**
 * What a text tower reads.
 *
 * @param inputIds [batch, tokens]
 * @param attentionMask [batch, tokens], 1 for a token and 0 for padding
 */
public record Tokens(Operand<TInt32> inputIds, Operand<TInt32> attentionMask) {}
