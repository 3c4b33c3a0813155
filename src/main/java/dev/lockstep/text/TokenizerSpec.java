package dev.lockstep.text;

import dev.lockstep.config.Block;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The <code>tokenizer { ... }</code> block. The defaults are those of Chinese-CLIP (Yang et al.
 * 2022).
 *
 * @param vocabulary a vocab.txt; without one, a vocabulary is built from the training captions
 * @param vocabularySize how many tokens a vocabulary that is built may have; its single characters
 *     are kept even beyond that
 * @param contextLength tokens of a text, [CLS] and [SEP] included; longer ones are cut
 * @param lowercase lower case and no accents, as in BERT's uncased models
 * @param maxWordLength characters of a word beyond which it is [UNK]: 200 in Chinese-CLIP, 100 in
 *     Hugging Face's BERT
 * @param specialTokensInText whether "[MASK]" written out in a text is that token, as in Hugging
 *     Face's BERT, or a bracketed word, as in Chinese-CLIP
 * @param characters which characters are dropped or stand alone
 */
public record TokenizerSpec(
    Optional<Path> vocabulary,
    int vocabularySize,
    int contextLength,
    boolean lowercase,
    int maxWordLength,
    boolean specialTokensInText,
    CharacterClasses characters) {

  private static final int DEFAULT_VOCABULARY_SIZE = 20_000;

  public static TokenizerSpec from(Block block) {
    return new TokenizerSpec(
        block.optionalPath("vocabulary"),
        block.integer("vocabulary-size", 5, 10_000_000, DEFAULT_VOCABULARY_SIZE),
        block.integer("context-length", 3, 4096, 52),
        block.flag("lowercase", true),
        block.integer("max-word-length", 1, 10_000, 200),
        block.flag("special-tokens-in-text", false),
        block.choice("characters", CharacterClasses.class, CharacterClasses.GOOGLE));
  }

  /** Chinese-CLIP's tokenizer: 52 tokens, lower case, words of up to 200 characters. */
  public static TokenizerSpec chineseClip() {
    return new TokenizerSpec(
        Optional.empty(), DEFAULT_VOCABULARY_SIZE, 52, true, 200, false, CharacterClasses.GOOGLE);
  }

  /** Hugging Face's BertTokenizer, cut to the same 52 tokens. */
  public static TokenizerSpec bert() {
    return new TokenizerSpec(
        Optional.empty(),
        DEFAULT_VOCABULARY_SIZE,
        52,
        true,
        100,
        true,
        CharacterClasses.HUGGING_FACE);
  }
}
