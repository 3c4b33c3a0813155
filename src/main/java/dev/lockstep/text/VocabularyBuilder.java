package dev.lockstep.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the words and characters of captions, as many as there may be, and lays them out as a
 * vocabulary; see {@link Vocabulary#fromCaptions}.
 */
public final class VocabularyBuilder {
  private static final Comparator<Map.Entry<String, Long>> MOST_FREQUENT =
      Map.Entry.<String, Long>comparingByValue()
          .reversed()
          .thenComparing(Map.Entry.comparingByKey());

  private final TokenizerSpec spec;
  private final Words splitter;
  private final Map<String, Long> words = new HashMap<>();
  private final Map<String, Long> characters = new HashMap<>();
  private final Map<String, Long> continuations = new HashMap<>();

  public VocabularyBuilder(TokenizerSpec spec) {
    this.spec = spec;
    this.splitter = new Words(spec.lowercase(), spec.characters());
  }

  public void add(String caption) {
    for (String word : splitter.split(caption)) {
      int[] codePoints = word.codePoints().toArray();
      for (int i = 0; i < codePoints.length; i++) {
        String character = Character.toString(codePoints[i]);
        characters.merge(character, 1L, Long::sum);
        if (i > 0 || !Words.standsAlone(codePoints[i])) {
          continuations.merge(WordPieceTokenizer.CONTINUATION + character, 1L, Long::sum);
        }
      }
      if (codePoints.length > 1) {
        words.merge(word, 1L, Long::sum);
      }
    }
  }

  public Vocabulary build() {
    List<String> tokens = new ArrayList<>(Vocabulary.SPECIAL);
    tokens.addAll(byFrequency(characters));
    tokens.addAll(byFrequency(continuations));
    // A word seen once teaches its own embedding nothing; its characters are shared with others.
    words.values().removeIf(count -> count < 2);
    byFrequency(words).stream()
        .filter(word -> word.codePointCount(0, word.length()) <= spec.maxWordLength())
        .limit(Math.max(0, spec.vocabularySize() - tokens.size()))
        .forEach(tokens::add);
    return Vocabulary.built(tokens);
  }

  private static List<String> byFrequency(Map<String, Long> counts) {
    return counts.entrySet().stream().sorted(MOST_FREQUENT).map(Map.Entry::getKey).toList();
  }
}
