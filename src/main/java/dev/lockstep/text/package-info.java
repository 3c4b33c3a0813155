/**
 * BERT's WordPiece: captions to token ids, with a vocabulary that is read or built from captions.
 * It may use {@code config} and {@code error}, and knows nothing of TensorFlow: text becomes ids
 * once, when data is prepared. Start with {@link dev.lockstep.text.WordPieceTokenizer}.
 */
package dev.lockstep.text;
