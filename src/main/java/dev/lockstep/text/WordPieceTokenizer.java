package dev.lockstep.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Captions to token ids: words, then for each the longest pieces that the vocabulary holds, from
 * left to right. Agrees with Chinese-CLIP's tokenizer (cn_clip 1.6.0) as {@link
 * TokenizerSpec#chineseClip} and with transformers' BertTokenizer as {@link TokenizerSpec#bert}.
 */
public final class WordPieceTokenizer {
  /** Opens a piece that goes on with a word. */
  static final String CONTINUATION = "##";

  private static final Pattern SPECIAL_TOKEN =
      Pattern.compile(
          Vocabulary.SPECIAL.stream().map(Pattern::quote).collect(Collectors.joining("|")));

  private final Vocabulary vocabulary;
  private final TokenizerSpec spec;
  private final Words words;

  public WordPieceTokenizer(Vocabulary vocabulary, TokenizerSpec spec) {
    this.vocabulary = vocabulary;
    this.spec = spec;
    this.words = new Words(spec.lowercase(), spec.characters());
  }

  public Vocabulary vocabulary() {
    return vocabulary;
  }

  public TokenizerSpec spec() {
    return spec;
  }

  /**
   * The ids of a text: [CLS], its tokens, [SEP]; cut to the context length, not padded.
   *
   * @return [tokens], 2 at least
   */
  public int[] encode(String text) {
    List<Integer> ids = tokenIds(text);
    int kept = Math.min(ids.size(), spec.contextLength() - 2);
    int[] encoded = new int[kept + 2];
    encoded[0] = vocabulary.startId();
    for (int i = 0; i < kept; i++) {
      encoded[i + 1] = ids.get(i);
    }
    encoded[kept + 1] = vocabulary.endId();
    return encoded;
  }

  /** How many tokens a text has before it is cut, [CLS] and [SEP] not counted. */
  public int countTokens(String text) {
    return tokenIds(text).size();
  }

  private List<Integer> tokenIds(String text) {
    List<Integer> ids = new ArrayList<>();
    int start = 0;
    if (spec.specialTokensInText()) {
      Matcher special = SPECIAL_TOKEN.matcher(text);
      while (special.find()) {
        addWords(text.substring(start, special.start()), ids);
        ids.add(vocabulary.id(special.group()));
        start = special.end();
      }
    }
    addWords(text.substring(start), ids);
    return ids;
  }

  private void addWords(String text, List<Integer> ids) {
    for (String word : words.split(text)) {
      addPieces(word, ids);
    }
  }

  private void addPieces(String word, List<Integer> ids) {
    int before = ids.size();
    boolean known = word.codePointCount(0, word.length()) <= spec.maxWordLength();
    for (int start = 0; known && start < word.length(); ) {
      int end = longestPiece(word, start);
      known = end > start;
      ids.add(known ? vocabulary.id(piece(word, start, end)) : vocabulary.unknownId());
      start = end;
    }
    if (!known) {
      // One piece that is unknown makes the whole word unknown.
      ids.subList(before, ids.size()).clear();
      ids.add(vocabulary.unknownId());
    }
  }

  /** Where the longest piece that begins at {@code start} ends; {@code start} if there is none. */
  private int longestPiece(String word, int start) {
    int end = word.length();
    while (end > start && !vocabulary.contains(piece(word, start, end))) {
      end = word.offsetByCodePoints(end, -1);
    }
    return end;
  }

  private static String piece(String word, int start, int end) {
    return start == 0 ? word.substring(0, end) : CONTINUATION + word.substring(start, end);
  }
}
