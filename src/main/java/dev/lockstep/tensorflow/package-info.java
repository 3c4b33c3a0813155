/**
 * What TensorFlow for Java lacks, and what a machine has for TensorFlow to compute on: devices,
 * precision, the options of a session. It may use {@code config} and {@code error} and knows
 * nothing of models. Start with {@link dev.lockstep.tensorflow.Device}.
 */
package dev.lockstep.tensorflow;
