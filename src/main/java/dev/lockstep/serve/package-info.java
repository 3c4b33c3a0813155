/**
 * A trained model behind HTTP: TensorFlow Serving's REST, embeddings in the form of OpenAI's,
 * search for images by Chinese words, and the page to do it in. It serves what {@code export} has
 * written; it may use {@code serve.model}, {@code serve.index} and every package but {@code
 * command}. Start with {@link dev.lockstep.serve.ModelServer}.
 */
package dev.lockstep.serve;
