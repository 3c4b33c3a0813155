package dev.lockstep.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The state of a stage in one line.
 *
 * @param stage the stage's name
 * @param step steps taken in this stage
 * @param steps steps of this stage at most; 0 where that is not known
 * @param done how much of the stage is done, 0 to 1
 * @param chance the loss of a model that knows nothing
 * @param chanceName what that is called
 * @param recallAt1 text to image, 0 to 1, of the last evaluation
 * @param waitShare share of the time that waited for input, 0 to 1
 * @param left time for the rest of the experiment, as a user reads it; nothing where that is not
 *     known
 */
record ProgressLine(
    String stage,
    long step,
    long steps,
    double done,
    double loss,
    double floor,
    double chance,
    String chanceName,
    OptionalDouble recallAt1,
    double pairsPerSecond,
    double waitShare,
    Optional<String> left) {
  private static final int SHORTEST_BAR = 5;
  private static final int LONGEST_BAR = 40;

  static ProgressLine of(StageView stage, TrainingPace pace, OptionalDouble recallAt1) {
    StepView last = pace.last();
    return new ProgressLine(
        stage.name(),
        last.stageStep(),
        stage.steps(),
        last.done(),
        pace.loss(),
        pace.floor(),
        pace.chance(),
        stage.chanceName(),
        recallAt1,
        pace.pairsPerSecond(),
        pace.waitShare(),
        pace.left().map(Wording::duration));
  }

  /** All of it, for a file. */
  String whole() {
    return stage + "  " + ratio() + "  " + String.join("  ", wideParts());
  }

  /**
   * At most {@code columns} wide, with a bar where one fits: in full where there is room, else in
   * fewer words, else with the last of these words left out.
   *
   * @param full the sign for what is done
   * @param empty the sign for what is left
   */
  String within(int columns, char full, char empty) {
    List<String> wide = wideParts();
    if (width("  ", wide) + 2 + SHORTEST_BAR <= columns) {
      return withBar(columns, "  ", wide, full, empty);
    }
    List<String> narrow = narrowParts();
    while (width(" ", narrow) > columns && narrow.size() > 1) {
      narrow.remove(narrow.size() - 1);
    }
    String line = withBar(columns, " ", narrow, full, empty);
    return line.length() <= columns ? line : line.substring(0, Math.max(0, columns));
  }

  private int width(String separator, List<String> parts) {
    return Wording.columns(stage)
        + separator.length()
        + ratio().length()
        + parts.stream().mapToInt(part -> separator.length() + part.length()).sum();
  }

  private String withBar(int columns, String separator, List<String> parts, char full, char empty) {
    int room = Math.min(LONGEST_BAR, columns - width(separator, parts) - separator.length());
    List<String> all = new ArrayList<>(List.of(stage));
    if (room >= SHORTEST_BAR) {
      int filled =
          (int) Math.min(room, room * Math.max(done, steps == 0 ? 0 : (double) step / steps));
      all.add(String.valueOf(full).repeat(filled) + String.valueOf(empty).repeat(room - filled));
    }
    all.add(ratio());
    all.addAll(parts);
    return String.join(separator, all);
  }

  private String ratio() {
    return steps == 0 ? String.valueOf(step) : step + "/" + steps;
  }

  private List<String> wideParts() {
    List<String> parts = new ArrayList<>();
    parts.add(lossPart());
    recallAt1.ifPresent(recall -> parts.add("R@1 " + Wording.percent(recall)));
    parts.add(String.format(Locale.ROOT, "%,d pairs/s", Math.round(pairsPerSecond)));
    parts.add("waiting " + Wording.percent(waitShare));
    left.ifPresent(time -> parts.add(time + " left"));
    return parts;
  }

  /** The most telling first. */
  private List<String> narrowParts() {
    List<String> parts = new ArrayList<>();
    parts.add(lossPart());
    left.ifPresent(parts::add);
    parts.add(String.format(Locale.ROOT, "%,d/s", Math.round(pairsPerSecond)));
    parts.add("wait " + Wording.percent(waitShare));
    recallAt1.ifPresent(recall -> parts.add("R@1 " + Wording.percent(recall)));
    return parts;
  }

  private String lossPart() {
    return "loss %s (%s %s, floor %s)"
        .formatted(Wording.loss(loss), chanceName, Wording.loss(chance), Wording.loss(floor));
  }
}
