package dev.lockstep.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the words and characters of captions and lays them out as a vocabulary. */
final class VocabularyBuilder {
  private static final Comparator<Map.Entry<String, Long>> MOST_FREQUENT =
      Map.Entry.<String, Long>comparingByValue()
          .reversed()
          .thenComparing(Map.Entry.comparingByKey());

  private VocabularyBuilder() {}

  static List<String> tokens(Collection<String> captions, TokenizerSpec spec) {
    Words splitter = new Words(spec.lowercase());
    Map<String, Long> words = new TreeMap<>();
    Map<String, Long> characters = new TreeMap<>();
    Map<String, Long> continuations = new TreeMap<>();
    for (String caption : captions) {
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
    List<String> tokens = new ArrayList<>(Vocabulary.SPECIAL);
    tokens.addAll(byFrequency(characters));
    tokens.addAll(byFrequency(continuations));
    // A word seen once teaches its own embedding nothing; its characters are shared with others.
    words.values().removeIf(count -> count < 2);
    byFrequency(words).stream()
        .filter(word -> word.codePointCount(0, word.length()) <= spec.maxWordLength())
        .limit(Math.max(0, spec.vocabularySize() - tokens.size()))
        .forEach(tokens::add);
    return tokens;
  }

  private static List<String> byFrequency(Map<String, Long> counts) {
    return counts.entrySet().stream().sorted(MOST_FREQUENT).map(Map.Entry::getKey).toList();
  }
}
