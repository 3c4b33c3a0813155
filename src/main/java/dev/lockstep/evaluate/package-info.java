/**
 * Scores retrieval: from the embeddings of images and captions to recall, mean and median rank in
 * both directions, and to the nearest images of a caption. It may use {@code config} and {@code
 * error}, and knows neither models nor files: who calls it embeds the pairs. Start with {@link
 * dev.lockstep.evaluate.RetrievalEvaluator}; {@link dev.lockstep.evaluate.PairSet} says which
 * answers are right.
 */
package dev.lockstep.evaluate;
