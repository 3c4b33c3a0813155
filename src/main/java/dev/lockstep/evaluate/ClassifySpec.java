package dev.lockstep.evaluate;

import dev.lockstep.config.Block;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The block {@code evaluate.classify}: images to be classified by labels when a run ends.
 *
 * @param pairs images with their labels in the place of captions; without them nothing is
 *     classified
 * @param labels the labels to choose from, one a line; without it those that the pairs have
 * @param templates sentences for a label, one a line; without it {@link PromptTemplates#USUAL}
 */
public record ClassifySpec(Optional<Path> pairs, Optional<Path> labels, Optional<Path> templates) {

  public static ClassifySpec from(Block block) {
    ClassifySpec spec =
        new ClassifySpec(
            block.optionalPath("pairs"),
            block.optionalPath("labels"),
            block.optionalPath("templates"));
    block.check(
        spec.pairs.isPresent() || (spec.labels.isEmpty() && spec.templates.isEmpty()),
        "pairs",
        "a CSV with the columns text,image_path, for labels and templates to be of use");
    return spec;
  }
}
