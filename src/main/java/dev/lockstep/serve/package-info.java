/**
 * A trained model behind HTTP: TensorFlow Serving's REST, embeddings in the form of OpenAI's,
 * search for images by Chinese words, and the page to do it in. It serves what {@code export} has
 * written. Start with {@link dev.lockstep.serve.ModelServer}.
 */
package dev.lockstep.serve;
