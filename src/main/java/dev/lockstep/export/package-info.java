/**
 * A trained model as a SavedModel that a server loads. It builds an inference graph of its own from
 * {@code model}, takes the values from a checkpoint, and uses {@code data} for the decoding of
 * images. Start with {@link dev.lockstep.export.SavedModelExporter}.
 */
package dev.lockstep.export;
