package dev.lockstep.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The state of a stage in one line.
 *
 * @param stage the stage's name
 * @param step steps taken in this stage
 * @param steps steps of this stage in all
 * @param lnN the loss of a model that knows nothing
 * @param recallAt1 text to image, 0 to 1, of the last evaluation
 * @param waitShare share of the time that waited for input, 0 to 1
 * @param left time for the rest of the experiment, as a user reads it
 */
record ProgressLine(
    String stage,
    long step,
    long steps,
    double loss,
    double floor,
    double lnN,
    OptionalDouble recallAt1,
    double pairsPerSecond,
    double waitShare,
    String left) {
  private static final int SHORTEST_BAR = 5;
  private static final int LONGEST_BAR = 40;

  static ProgressLine of(StageView stage, TrainingPace pace, OptionalDouble recallAt1) {
    StepView last = pace.last();
    return new ProgressLine(
        stage.name(),
        last.stageStep(),
        stage.steps(),
        pace.loss(),
        pace.floor(),
        Math.log(last.batchSize()),
        recallAt1,
        pace.pairsPerSecond(),
        pace.waitShare(),
        Wording.duration(pace.left()));
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
      int done = (int) Math.min(room, room * step / Math.max(1, steps));
      all.add(String.valueOf(full).repeat(done) + String.valueOf(empty).repeat(room - done));
    }
    all.add(ratio());
    all.addAll(parts);
    return String.join(separator, all);
  }

  private String ratio() {
    return step + "/" + steps;
  }

  private List<String> wideParts() {
    List<String> parts = new ArrayList<>();
    parts.add(lossPart());
    recallAt1.ifPresent(recall -> parts.add("R@1 " + Wording.percent(recall)));
    parts.add(String.format(Locale.ROOT, "%,d pairs/s", Math.round(pairsPerSecond)));
    parts.add("waiting " + Wording.percent(waitShare));
    parts.add(left + " left");
    return parts;
  }

  /** The most telling first. */
  private List<String> narrowParts() {
    List<String> parts = new ArrayList<>();
    parts.add(lossPart());
    parts.add(left);
    parts.add(String.format(Locale.ROOT, "%,d/s", Math.round(pairsPerSecond)));
    parts.add("wait " + Wording.percent(waitShare));
    recallAt1.ifPresent(recall -> parts.add("R@1 " + Wording.percent(recall)));
    return parts;
  }

  private String lossPart() {
    return "loss %s (ln N %s, floor %s)"
        .formatted(Wording.loss(loss), Wording.loss(lnN), Wording.loss(floor));
  }
}
