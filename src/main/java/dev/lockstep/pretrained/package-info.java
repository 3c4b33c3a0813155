/**
 * Reads weights that others have trained from the files that they are published in, and writes
 * them. It may use {@code model} to know which variables want a value, {@code text} for a
 * checkpoint's tokenizer, and what is under them; training knows nothing of it. Start with {@link
 * dev.lockstep.pretrained.CheckpointImporter}, and with {@link dev.lockstep.pretrained.WeightFile}
 * for the formats.
 */
package dev.lockstep.pretrained;
