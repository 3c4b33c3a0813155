package dev.lockstep.serve.model;

import dev.lockstep.export.ModelSignatures;
import dev.lockstep.text.WordPieceTokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Texts as what a model reads: ids and the mask that says which of them count. */
public final class TextInput {
  private TextInput() {}

  /** Both are [texts, tokens], as long as the longest text. */
  public static Map<String, TensorValue> of(WordPieceTokenizer tokenizer, List<String> texts) {
    int[][] ids = texts.stream().map(tokenizer::encode).toArray(int[][]::new);
    int tokens = Arrays.stream(ids).mapToInt(row -> row.length).max().orElse(0);
    int[][] padded = new int[ids.length][tokens];
    int[][] mask = new int[ids.length][tokens];
    for (int i = 0; i < ids.length; i++) {
      Arrays.fill(padded[i], tokenizer.vocabulary().padId());
      System.arraycopy(ids[i], 0, padded[i], 0, ids[i].length);
      Arrays.fill(mask[i], 0, ids[i].length, 1);
    }
    return Map.of(
        ModelSignatures.INPUT_IDS,
        TensorValue.of(padded),
        ModelSignatures.ATTENTION_MASK,
        TensorValue.of(mask));
  }

  /** What is wrong with ids and a mask that a client made; empty if nothing is. */
  static String fault(WordPieceTokenizer tokenizer, Map<String, TensorValue> inputs) {
    TensorValue ids = inputs.get(ModelSignatures.INPUT_IDS);
    TensorValue mask = inputs.get(ModelSignatures.ATTENTION_MASK);
    int tokens = ids.shape()[1];
    int vocabulary = tokenizer.vocabulary().size();
    if (!Arrays.equals(ids.shape(), mask.shape())) {
      return "input_ids and attention_mask differ in shape";
    }
    if (tokens < 1 || tokens > tokenizer.spec().contextLength()) {
      return "a text has %d tokens; the model reads 1 to %d"
          .formatted(tokens, tokenizer.spec().contextLength());
    }
    for (int id : ids.ints()) {
      if (id < 0 || id >= vocabulary) {
        return "there is no token %d; ids go from 0 to %d".formatted(id, vocabulary - 1);
      }
    }
    for (int row = 0; row < mask.rows(); row++) {
      int counted = 0;
      for (int i = 0; i < tokens; i++) {
        int value = mask.ints()[row * tokens + i];
        if (value != 0 && value != 1) {
          return "attention_mask holds " + value + "; it is made of 0 and 1";
        }
        counted += value;
      }
      if (counted == 0) {
        return "attention_mask leaves nothing of text " + row;
      }
    }
    return "";
  }
}
