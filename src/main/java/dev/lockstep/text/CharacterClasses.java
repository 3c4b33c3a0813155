package dev.lockstep.text;

/** Whose view of single characters a tokenizer takes, where the two of BERT's differ. */
public enum CharacterClasses {
  /**
   * That of google's BERT, which the original Chinese-CLIP follows: characters of private use are
   * letters, and a capital sigma that ends a word becomes a final one.
   */
  GOOGLE,
  /**
   * That of Hugging Face's tokenizers: characters of private use are dropped, a sigma is a sigma
   * wherever it stands, and U+2B820 to U+2B91F, 256 rare Chinese characters, are letters.
   */
  HUGGING_FACE
}
