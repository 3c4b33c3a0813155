/**
 * A trained model as a SavedModel that a server loads, and the model loaded again. It builds an
 * inference graph of its own from {@code model} and takes the values from a checkpoint; it may use
 * {@code evaluate}, {@code pretrained}, {@code data} for the decoding of images, {@code text}, and
 * what is under them. Start with {@link dev.lockstep.export.SavedModelExporter}, and with {@link
 * dev.lockstep.export.ExportedModel} for reading one.
 */
package dev.lockstep.export;
