package dev.lockstep.data;

import dev.lockstep.error.RunFailedException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.VocabularyBuilder;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How long the captions of a large dataset take, on synthetic ones: a CSV is parsed, a vocabulary
 * built, every caption screened, looked up among those before it as it is and normalised, and
 * tokenised. The CSV is written first and deleted at the end; that is not counted.
 *
 * @param rows of the CSV
 */
public record CaptionBenchmark(int rows) {
  private static final int CHARACTERS = 3000;
  private static final int FIRST_CHARACTER = 0x4e00;
  private static final double REPEATED = 0.1;

  /**
   * What one step took.
   *
   * @param seconds on the clock
   */
  public record Step(String step, double seconds) {}

  /**
   * @param captions different ones
   * @param normalised different ones, letters and digits compared only
   * @param tokens of all captions
   * @param usedBytes of the heap at the end, after a collection
   */
  public record Report(
      List<Step> steps, long captions, long normalised, long tokens, long usedBytes) {
    public double seconds() {
      return steps.stream().mapToDouble(Step::seconds).sum();
    }
  }

  public Report run() {
    Path file = null;
    try {
      file = Files.createTempFile("lockstep-captions", ".csv");
      write(file);
      return measure(file);
    } catch (IOException e) {
      throw new RunFailedException(
          "the benchmark's captions cannot be written: " + e,
          "make room in " + System.getProperty("java.io.tmpdir"),
          e);
    } finally {
      delete(file);
    }
  }

  private Report measure(Path file) {
    List<Step> steps = new ArrayList<>();
    PairSource source = SourceSpec.USUAL.source(List.of(file));

    long start = System.nanoTime();
    try (PairReader pairs = source.open()) {
      pairs.forEachRemaining(pair -> {});
    }
    steps.add(step("parse", start));

    start = System.nanoTime();
    TokenizerSpec spec = TokenizerSpec.chineseClip();
    VocabularyBuilder builder = new VocabularyBuilder(spec);
    try (PairReader pairs = source.open()) {
      pairs.forEachRemaining(pair -> builder.add(Caption.of(pair.text()).text()));
    }
    WordPieceTokenizer tokenizer = new WordPieceTokenizer(builder.build(), spec);
    steps.add(step("parse, build a vocabulary", start));

    start = System.nanoTime();
    CaptionScreen screen = new CaptionScreen(ScreenSpec.NONE, 1000);
    LongCounts captions = new LongCounts();
    LongCounts normalised = new LongCounts();
    long tokens = 0;
    try (PairReader pairs = source.open()) {
      while (pairs.hasNext()) {
        Caption caption = Caption.of(pairs.next().text());
        int count = tokenizer.countTokens(caption.text());
        if (screen.check(caption, count).isEmpty()) {
          captions.add(caption.key(), 1);
          normalised.add(caption.normalisedKey(), 1);
          tokens += tokenizer.encode(caption.text()).length;
        }
      }
    }
    steps.add(step("parse, screen, look for duplicates, tokenise", start));
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return new Report(
        steps,
        captions.size(),
        normalised.size(),
        tokens,
        runtime.totalMemory() - runtime.freeMemory());
  }

  private static Step step(String name, long start) {
    return new Step(name, (System.nanoTime() - start) / 1e9);
  }

  /** Captions of 6 to 40 characters, some frequent and many rare, a tenth of them said before. */
  private void write(Path file) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<String> before = new ArrayList<>();
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("text,image_path\n");
      for (int row = 0; row < rows; row++) {
        String caption =
            row > 1000 && random.nextDouble() < REPEATED
                ? before.get(random.nextInt(before.size()))
                : caption(random);
        if (before.size() < 1000) {
          before.add(caption);
        }
        // Every tenth has a line break, which a reader of lines would fall over.
        String quoted = row % 10 == 0 ? "\"" + caption + "\n第" + row + "\"" : caption;
        out.write(quoted + ",images/" + row % 1000 + "/" + row + ".jpg\n");
      }
    }
  }

  private static String caption(SplittableRandom random) {
    StringBuilder caption = new StringBuilder();
    int length = random.nextInt(6, 41);
    for (int i = 0; i < length; i++) {
      double place = random.nextDouble();
      caption.append((char) (FIRST_CHARACTER + (int) (CHARACTERS * place * place * place)));
    }
    return caption.toString();
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new RunFailedException(file + " cannot be deleted: " + e, "delete it by hand", e);
    }
  }
}
