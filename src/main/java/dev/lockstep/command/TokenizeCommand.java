package dev.lockstep.command;

import com.google.gson.Gson;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "tokenize",
    description = {
      "Turns texts into token ids: a text a line in, a JSON array of ids a line out.",
      "[CLS] and [SEP] are in it, padding is not."
    },
    mixinStandardHelpOptions = true)
final class TokenizeCommand implements Callable<Integer> {
  /** Whose rules to follow where they differ. */
  enum Like {
    /** The original Chinese-CLIP: words of up to 200 characters, "[MASK]" in a text is a word. */
    CHINESE_CLIP,
    /**
     * transformers' BertTokenizer: words of up to 100, "[MASK]" in a text is that token, and its
     * own view of some rare characters.
     */
    BERT;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Option(
      names = "--vocab",
      required = true,
      paramLabel = "FILE",
      description = "A vocab.txt: a token a line.")
  private Path vocabulary;

  @Option(
      names = "--context",
      defaultValue = "52",
      description = "Tokens of a text, [CLS] and [SEP] included (default: ${DEFAULT-VALUE}).")
  private int context;

  @Option(
      names = "--like",
      defaultValue = "chinese-clip",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Like like;

  @Option(names = "--cased", description = "Keep upper case and accents.")
  private boolean cased;

  @Override
  public Integer call() throws IOException {
    if (context < 3) {
      throw new InvalidInputException(
          "--context = " + context, "too short for a text", "expected 3 or more");
    }
    TokenizerSpec rules = like == Like.BERT ? TokenizerSpec.bert() : TokenizerSpec.chineseClip();
    TokenizerSpec spec =
        new TokenizerSpec(
            Optional.of(vocabulary),
            rules.vocabularySize(),
            context,
            !cased,
            rules.maxWordLength(),
            rules.specialTokensInText(),
            rules.characters());
    WordPieceTokenizer tokenizer = new WordPieceTokenizer(Vocabulary.read(vocabulary), spec);
    PrintStream out =
        new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);
    Gson gson = new Gson();
    long line = 0;
    try {
      // Only a line feed ends a line: Chinese texts may hold other separators of lines.
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8.newDecoder()));
      for (String text = next(in); text != null; text = next(in)) {
        line++;
        out.println(gson.toJson(tokenizer.encode(text)));
      }
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          "standard input:" + (line + 1), "it is not UTF-8", "convert the texts to UTF-8", e);
    } finally {
      out.flush();
    }
    return 0;
  }

  /** The text up to the next line feed; null at the end. */
  private static String next(BufferedReader in) throws IOException {
    StringBuilder text = new StringBuilder();
    int c = in.read();
    if (c < 0) {
      return null;
    }
    for (; c >= 0 && c != '\n'; c = in.read()) {
      text.append((char) c);
    }
    int length = text.length();
    return length > 0 && text.charAt(length - 1) == '\r'
        ? text.substring(0, length - 1)
        : text.toString();
  }
}
