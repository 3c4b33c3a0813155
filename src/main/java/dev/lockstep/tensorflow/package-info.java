/**
 * What TensorFlow-Java lacks for training in graph mode: named resource variables, the AdamW step
 * over a part of them, checkpoint files, the session for a device, functions of datasets. It knows
 * nothing of images, texts or towers and uses only {@code config} and {@code error}. Start with
 * {@link dev.lockstep.tensorflow.Variables}.
 */
package dev.lockstep.tensorflow;
