package dev.lockstep.experiment;

import dev.lockstep.data.PairReader;
import dev.lockstep.data.PairSource;
import dev.lockstep.data.SourcePair;
import dev.lockstep.data.SourceSpec;
import dev.lockstep.data.UnusableImageException;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.evaluate.ClassificationScores;
import dev.lockstep.evaluate.ClassificationScores.Classified;
import dev.lockstep.evaluate.ClassifySpec;
import dev.lockstep.evaluate.LabelFile;
import dev.lockstep.evaluate.PromptTemplates;
import dev.lockstep.evaluate.ZeroShotClassifier;
import dev.lockstep.evaluate.ZeroShotClassifier.Guess;
import dev.lockstep.export.ExportedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Classifies the images of pairs, whose texts are their labels, with an exported model. */
public final class Classification {
  private static final int AT_ONCE = 64;
  private static final int SHOWN = 5;

  private final ExportedModel model;

  public Classification(ExportedModel model) {
    this.model = model;
  }

  /** Hears of each image. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param guesses the five nearest labels (all, if there are fewer), the nearest first; none for
     *     an image that does not decode
     */
    void classified(String image, List<Guess> guesses);
  }

  /**
   * Scores a model as an experiment says.
   *
   * @param pairs of the specification
   */
  public ClassificationScores score(Path pairs, ClassifySpec spec) {
    return score(
            SourceSpec.USUAL.source(List.of(pairs)),
            spec.labels(),
            spec.templates(),
            (image, guesses) -> {})
        .orElseThrow(
            () ->
                new InvalidInputException(
                    pairs.toString(),
                    "not one of its images has a label and decodes",
                    "give labels in the column text, and JPEG, PNG, GIF or BMP files"));
  }

  /**
   * Classifies images.
   *
   * @param labels a file of labels; without it those that the pairs have
   * @return the scores, where pairs have one of the labels
   */
  public Optional<ClassificationScores> score(
      PairSource pairs, Optional<Path> labels, Optional<Path> templates, Listener listener) {
    List<String> chosen = labels.map(LabelFile::read).orElseGet(() -> labels(pairs));
    ZeroShotClassifier classifier =
        new ZeroShotClassifier(
            chosen,
            templates.map(PromptTemplates::read).orElse(PromptTemplates.USUAL),
            model::embedTexts);
    List<Classified> classified = new ArrayList<>();
    int left = 0;
    try (PairReader reader = pairs.open()) {
      List<SourcePair> some = new ArrayList<>();
      while (reader.hasNext()) {
        SourcePair pair = reader.next();
        if (pair.malformed().isEmpty()) {
          some.add(pair);
        }
        if (some.size() == AT_ONCE || !reader.hasNext()) {
          left += classify(some, classifier, classified, listener);
          some.clear();
        }
      }
    }
    return classified.isEmpty()
        ? Optional.empty()
        : Optional.of(ClassificationScores.of(chosen, classified, left));
  }

  /** Gives how many do not decode. */
  private int classify(
      List<SourcePair> pairs,
      ZeroShotClassifier classifier,
      List<Classified> classified,
      Listener listener) {
    if (pairs.isEmpty()) {
      return 0;
    }
    float[][] embeddings = model.embedImages(pairs.stream().map(Classification::read).toList());
    int left = 0;
    for (int i = 0; i < embeddings.length; i++) {
      SourcePair pair = pairs.get(i);
      if (embeddings[i] == null) {
        left++;
        listener.classified(pair.image().name(), List.of());
        continue;
      }
      List<Guess> guesses = classifier.guesses(embeddings[i]);
      listener.classified(pair.image().name(), guesses.subList(0, Math.min(SHOWN, guesses.size())));
      String right = pair.text().strip();
      if (classifier.labels().contains(right)) {
        classified.add(new Classified(right, guesses.stream().map(Guess::label).toList()));
      }
    }
    return left;
  }

  private static List<String> labels(PairSource pairs) {
    Set<String> labels = new LinkedHashSet<>();
    try (PairReader reader = pairs.open()) {
      reader.forEachRemaining(pair -> labels.add(pair.text().strip()));
    }
    labels.remove("");
    if (labels.isEmpty()) {
      throw new InvalidInputException(
          pairs.name(), "no image has a label", "give a file of labels, or fill the column text");
    }
    return List.copyOf(labels);
  }

  /** Nothing of an image that cannot be read, which then counts as one that does not decode. */
  private static byte[] read(SourcePair pair) {
    try {
      return pair.image().read();
    } catch (UnusableImageException e) {
      return new byte[0];
    }
  }
}
