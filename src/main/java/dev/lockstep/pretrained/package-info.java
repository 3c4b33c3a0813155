/**
 * Reads weights that others have trained from the files that they are published in. It may use
 * {@code model} to know which variables want a value; training knows nothing of it. Start with
 * {@link dev.lockstep.pretrained.SafetensorsFile}.
 */
package dev.lockstep.pretrained;
