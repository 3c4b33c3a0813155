package dev.lockstep.evaluate;

import dev.lockstep.error.InvalidInputException;
import java.nio.file.Path;
import java.util.List;

/**
 * Sentences with a place for a label, {@code 一张{}的图片}: a label alone is seldom what a model was
 * trained on, and the mean over several sentences is steadier than any of them (Radford et al.
 * 2021, section 3.1.4).
 */
public record PromptTemplates(List<String> templates) {
  private static final String PLACE = "{}";

  /** Where none are given: the label alone, and what pictures are often captioned with. */
  public static final PromptTemplates USUAL =
      new PromptTemplates(
          List.of("{}", "{}的图片", "{}的照片", "一张{}的图片", "一张{}的照片", "图中是{}", "{}的图标", "一个{}"));

  /**
   * Reads one template a line; empty lines are passed over.
   *
   * @throws InvalidInputException if there is none, or one has no place for a label
   */
  public static PromptTemplates read(Path file) {
    List<String> lines = LabelFile.lines(file);
    for (String line : lines) {
      if (!line.contains(PLACE)) {
        throw new InvalidInputException(
            file.toString(),
            "the template '" + line + "' has no place for a label",
            "write {} where the label goes, as in 一张{}的图片");
      }
    }
    return new PromptTemplates(lines);
  }

  /** The sentences for a label. */
  List<String> prompts(String label) {
    return templates.stream().map(template -> template.replace(PLACE, label)).toList();
  }
}
