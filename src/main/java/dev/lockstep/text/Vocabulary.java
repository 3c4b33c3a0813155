package dev.lockstep.text;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tokens of a WordPiece model; a token's id is its place in the list, from 0. */
public final class Vocabulary {
  public static final String PAD = "[PAD]";
  public static final String UNK = "[UNK]";
  public static final String CLS = "[CLS]";
  public static final String SEP = "[SEP]";
  public static final String MASK = "[MASK]";

  /** The tokens that every vocabulary has, in the order in which a built one opens with them. */
  static final List<String> SPECIAL = List.of(PAD, UNK, CLS, SEP, MASK);

  private final List<String> tokens;
  private final Map<String, Integer> ids = new HashMap<>();

  private Vocabulary(List<String> tokens, String source) {
    this.tokens = List.copyOf(tokens);
    for (int id = 0; id < tokens.size(); id++) {
      String token = tokens.get(id);
      Integer first = ids.putIfAbsent(token, id);
      String place = source + ":" + (id + 1);
      if (token.isEmpty()) {
        throw new InvalidInputException(
            place, "the line is empty", "give one token a line, without empty lines");
      }
      if (first != null) {
        throw new InvalidInputException(
            place,
            "the token '" + token + "' stands on line " + (first + 1) + " already",
            "delete one of the two; the ids of the lines after it change");
      }
    }
    List<String> missing = SPECIAL.stream().filter(token -> !ids.containsKey(token)).toList();
    if (!missing.isEmpty()) {
      throw new InvalidInputException(
          source,
          "the vocabulary has no " + String.join(", ", missing),
          "give BERT's vocab.txt: one token a line, with " + String.join(", ", SPECIAL));
    }
  }

  /**
   * Reads a vocab.txt: one token a line. Lines end with a line feed and nothing else, for BERT's
   * Chinese vocabulary holds U+2028 as a token. A file that ends with {@code .json} is read as the
   * tokenizer.json of newer transformers.
   *
   * @throws InvalidInputException if the file is missing, empty, not UTF-8, holds a token twice or
   *     lacks a special token
   */
  public static Vocabulary read(Path file) {
    Utf8File.check(file);
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new InvalidInputException(
          file.toString(), "cannot be read: " + e, "check its permissions", e);
    }
    if (text.isBlank()) {
      throw new InvalidInputException(
          file.toString(), "the vocabulary is empty", "give one token a line");
    }
    if (file.toString().endsWith(".json")) {
      return new Vocabulary(TokenizerJson.tokens(file, text), file.toString());
    }
    String withoutMark = text.startsWith("\ufeff") ? text.substring(1) : text;
    List<String> lines = new ArrayList<>(Arrays.asList(withoutMark.split("\n", -1)));
    if (lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    lines.replaceAll(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    return new Vocabulary(lines, file.toString());
  }

  /**
   * A vocabulary in which no caption has [UNK], words beyond the greatest length aside: the special
   * tokens, every character by its frequency, every character as a word's continuation, then whole
   * words that occur more than once by frequency, up to the specification's size. The same captions
   * in any order give the same vocabulary.
   */
  public static Vocabulary fromCaptions(Collection<String> captions, TokenizerSpec spec) {
    VocabularyBuilder builder = new VocabularyBuilder(spec);
    captions.forEach(builder::add);
    return builder.build();
  }

  static Vocabulary built(List<String> tokens) {
    return new Vocabulary(tokens, "the built vocabulary");
  }

  public static Vocabulary of(List<String> tokens) {
    return new Vocabulary(tokens, "the vocabulary");
  }

  /**
   * The same for a model whose table has so many rows: where they are more than the tokens, as some
   * models have for the speed of it, tokens are added that no text holds.
   *
   * @throws InvalidInputException if there are more tokens than rows
   */
  public Vocabulary ofSize(int rows) {
    if (tokens.size() > rows) {
      throw new InvalidInputException(
          "the vocabulary",
          "it has " + tokens.size() + " tokens, but the model's table has " + rows + " rows",
          "use the vocab.txt that belongs to the model");
    }
    List<String> all = new ArrayList<>(tokens);
    for (int i = 0; all.size() < rows; i++) {
      String unused = "[unused" + i + "]";
      if (!ids.containsKey(unused)) {
        all.add(unused);
      }
    }
    return new Vocabulary(all, "the vocabulary");
  }

  /** Writes a vocab.txt that {@link #read} gives back. */
  public void write(Path file) throws IOException {
    Files.write(file, toBytes());
  }

  /** The content of the vocab.txt. */
  public byte[] toBytes() {
    return (String.join("\n", tokens) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  public int size() {
    return tokens.size();
  }

  /** The id of a token, or that of [UNK]. */
  public int id(String token) {
    return ids.getOrDefault(token, unknownId());
  }

  public boolean contains(String token) {
    return ids.containsKey(token);
  }

  public String token(int id) {
    return tokens.get(id);
  }

  public int padId() {
    return ids.get(PAD);
  }

  public int unknownId() {
    return ids.get(UNK);
  }

  public int startId() {
    return ids.get(CLS);
  }

  public int endId() {
    return ids.get(SEP);
  }

  public int maskId() {
    return ids.get(MASK);
  }
}
