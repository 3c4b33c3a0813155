/**
 * What a model is worth: embeddings of images and captions to recall and ranks in both directions,
 * the labels that it gives to images it was not trained on, and how far its outputs and gradients
 * agree with those of another implementation. It may use {@code objective}, {@code pretrained},
 * {@code model} and all that is under them, and knows nothing of training. Start with {@link
 * dev.lockstep.evaluate.RetrievalEvaluator} for recall, where {@link dev.lockstep.evaluate.PairSet}
 * says which answers are right, with {@link dev.lockstep.evaluate.ZeroShotClassifier} for labels,
 * and with {@link dev.lockstep.evaluate.Agreement} for {@code lockstep agree}.
 */
package dev.lockstep.evaluate;
