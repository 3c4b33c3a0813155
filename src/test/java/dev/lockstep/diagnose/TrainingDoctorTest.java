package dev.lockstep.diagnose;

import static dev.lockstep.diagnose.Training.LN_28;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.config.Block;
import dev.lockstep.data.Encoding;
import dev.lockstep.input.InputSpec;
import dev.lockstep.train.Finding;
import dev.lockstep.train.Finding.Severity;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrainingDoctorTest {

  @Test
  void healthyTrainingHasNoFindings() {
    Training training = new Training().loss(3.3, 0.05).steps(30).loss(2, 0.05).steps(300);
    assertThat(training.evaluated(12, 13).told()).isEmpty();
  }

  @Test
  void oneFileForAllImages() {
    Training training = new Training().input(1 / 28.0, 1, 60, 0).loss(LN_28, LN_28);
    assertThat(training.steps(1).ids()).as("one batch may be an accident").isEmpty();
    assertThat(training.steps(1).ids()).containsExactly("one-image");
  }

  @Test
  void imagesThatLookTheSame() {
    assertThat(new Training().input(1, 1, 0.1, 0).steps(2).ids()).containsExactly("one-image");
  }

  @Test
  void vocabularyOfAnotherLanguage() {
    Training training = new Training().input(1, 1, 60, 0.95).steps(2);
    assertThat(training.findings().get(0))
        .returns("unknown-tokens", Finding::id)
        .returns(Severity.ERROR, Finding::severity);
    assertThat(training.findings().get(0).message()).contains("95%");
  }

  @Test
  void fewUnknownTokensAreNoFinding() {
    assertThat(new Training().input(1, 1, 60, 0.05).steps(2).ids()).isEmpty();
  }

  /** Seven captions in a batch of 28: a quarter; ln 4 is the floor where each stands four times. */
  @Test
  void captionsThatShareAnImageOnPurposeAreNoRepeatedImages() {
    assertThat(new Training(4).input(0.25, 1, 60, 0).steps(2).ids()).isEmpty();
    assertThat(new Training(4).input(0.1, 1, 60, 0).steps(2).ids())
        .containsExactly("repeated-images");
    assertThat(new Training().input(0.25, 1, 60, 0).steps(2).ids())
        .containsExactly("repeated-images");
  }

  @Test
  void repeatedCaptions() {
    Training training = new Training().input(1, 0.25, 60, 0).loss(2, Math.log(4)).steps(2);
    Finding finding = training.findings().get(0);
    assertThat(finding.id()).isEqualTo("repeated-captions");
    assertThat(finding.figure()).isCloseTo(0.25, within(1e-9));
    assertThat(finding.message()).contains("7 different captions").contains("1.39");
  }

  @Test
  void collapseAfterALargeStepIsTheRate() {
    Training training = new Training().rates(1e-2, 1e-2).moves(0.2).loss(3.5, 0.05).steps(1);
    training.moves(1e-3).cosines(0.99, 1).similarities(0.4, 0.4, 0.002).loss(LN_28, 0.05);
    assertThat(training.steps(60).ids()).containsExactly("rate-too-high");
    assertThat(training.findings().get(0).advice())
        .as("0.01 * 1e-2 / 0.2")
        .contains("stages.0.optimizer.learning-rate = 5e-4")
        .contains("stages.0.optimizer.warmup = 100");
  }

  @Test
  void collapseWithoutALargeStepIsJustThat() {
    Training training =
        new Training().cosines(0.99, 1).similarities(0.4, 0.4, 0.002).loss(LN_28, 0.05);
    assertThat(training.steps(20).ids()).containsExactly("collapse");
  }

  @Test
  void alikeButLearningIsNoCollapse() {
    Training training = new Training().cosines(0.98, 0.98).similarities(0.95, 0.90, 0.02);
    assertThat(training.loss(LN_28, 0.05).steps(60).ids()).isEmpty();
  }

  @Test
  void rateTooLow() {
    Training training = new Training().rates(1e-5, 1e-5).moves(6e-5).loss(3.3, 0.05).steps(39);
    assertThat(training.ids()).as("too early to say").isEmpty();
    assertThat(training.steps(1).ids()).containsExactly("rate-too-low");
    assertThat(training.findings().get(0).advice())
        .as("1e-5 * 3e-3 / 6e-5")
        .contains("learning-rate = 5e-4");
  }

  @Test
  void smallStepsOfAWarmupAreNoFinding() {
    Training training = new Training().moves(6e-5).loss(3.3, 0.05);
    for (int i = 1; i <= 100; i++) {
      training.rates(1e-6 * i, 1e-6 * i).steps(1);
    }
    assertThat(training.ids()).isEmpty();
  }

  @Test
  void smallStepsThatBringTheLossDownAreFineTuning() {
    assertThat(new Training().moves(6e-5).loss(0.5, 0.05).steps(300).ids()).isEmpty();
  }

  @Test
  void scaleThatIsThrownAbout() {
    Training training = new Training().rates(1e-3, 10);
    for (int i = 0; i < 10; i++) {
      training.scale(1).steps(1).scale(100).steps(1);
    }
    assertThat(training.ids()).containsExactly("logit-scale");
    assertThat(training.findings().get(0).advice())
        .contains("stages.0.optimizer.learning-rate.shared = 1e-3");
  }

  @Test
  void scaleThatRanToItsBound() {
    Training training = new Training().steps(1).scale(1).loss(3.2, 0.05).steps(20);
    assertThat(training.ids()).containsExactly("logit-scale");
  }

  @Test
  void scaleThatBeganAtItsBoundIsThatOfATrainedModel() {
    assertThat(new Training().scale(100).steps(100).ids()).isEmpty();
  }

  @Test
  void pairsThatDoNotMatchAreLearnedByHeart() {
    Training training = new Training().loss(0.8, 0.05).steps(100).evaluated(49, 52);
    assertThat(training.ids()).containsExactly("pairs-do-not-match");
    assertThat(training.findings().get(0).message()).contains("learning by heart");
  }

  /** 41.8 is three standard errors of 2.89 below 50.5. */
  @Test
  void betterThanChanceIsAMatch() {
    assertThat(new Training().steps(100).evaluated(41, 50).ids()).isEmpty();
    assertThat(new Training().steps(100).evaluated(43, 50).ids()).isNotEmpty();
  }

  @Test
  void towersThatLearnApartFindNothingYet() {
    Curriculum both = new Curriculum(List.of(Set.of("image", "text")), Set.of());
    Training training = new Training(both, 0, 1, "chance").loss(0.8, 0.05).steps(100);
    assertThat(training.evaluated(49, 52).ids()).isEmpty();
  }

  @Test
  void chanceAtTheBeginningIsNoFinding() {
    assertThat(new Training().steps(20).evaluated(50, 50).ids()).isEmpty();
    assertThat(new Training().moves(1e-4).steps(100).evaluated(50, 50).ids()).isEmpty();
  }

  @Test
  void frozenTowerThatNothingTrains() {
    Curriculum textOnly = new Curriculum(List.of(Set.of("text", "shared")), Set.of());
    assertThat(new Training(textOnly, 0).cosines(0.97, 0.2).steps(2).findings().get(0))
        .returns("frozen-random-tower", Finding::id)
        .matches(finding -> finding.message().contains("image tower is held fixed"));
  }

  @Test
  void frozenTowerThatWasTrainedOrLoaded() {
    Set<String> both = Set.of("image", "text", "shared");
    Set<String> text = Set.of("text", "shared");
    assertThat(new Training(new Curriculum(List.of(both, text), Set.of()), 1).steps(9).ids())
        .isEmpty();
    assertThat(new Training(new Curriculum(List.of(text), Set.of("image")), 0).steps(9).ids())
        .isEmpty();
  }

  @Test
  void frozenTowerThatLearnsLaterIsAQuestionUntilItLeadsNowhere() {
    Curriculum later = new Curriculum(List.of(Set.of("text"), Set.of("image", "text")), Set.of());
    assertThat(new Training(later, 0).loss(3.3, 0.05).steps(199).ids())
        .doesNotContain("frozen-random-tower");
    assertThat(new Training(later, 0).loss(3.3, 0.05).steps(200).ids())
        .containsExactly("frozen-random-tower");
  }

  @Test
  void waitingForInput() {
    assertThat(new Training().waits(0.4).steps(49).ids()).isEmpty();
    assertThat(new Training().waits(0.4).steps(50).ids()).containsExactly("waiting-for-input");
    assertThat(new Training().waits(0.1).steps(60).ids()).isEmpty();
  }

  /** 1,000 records of 5 MiB in all, squares of 64 pixels for a model of 32. */
  @Test
  void waitingIsToldByWhatIsWaitedForAndWhatToChange() {
    assertThat(waiting(Encoding.JPEG, "", 0.36, 0, 0.04))
        .returns("waiting-for-input", Finding::id)
        .satisfies(
            finding ->
                assertThat(finding.message())
                    .contains(
                        "40% of the time", ", 90% of it for records to be read, 10% for images"))
        .satisfies(
            finding ->
                assertThat(finding.advice())
                    .startsWith("set input.cache = 6MiB: all records fit into it")
                    .contains("data.prepared on a faster disk", "raise input.parallelism (now 1"));
    assertThat(waiting(Encoding.JPEG, "", 0, 0, 0.5).advice())
        .startsWith("set data.store = 32, which is what the model sees")
        .contains("data.encoding = raw")
        .doesNotContain("disk,", "cache");
    assertThat(waiting(Encoding.RAW, "augment { flip = 0.5 }", 0, 0, 0.5).advice())
        .startsWith("draw fewer changes in input.augment")
        .doesNotContain("data.encoding");
    assertThat(waiting(Encoding.ORIGINAL, "", 0.1, 0.4, 0).advice())
        .startsWith("set data.store = 64")
        .contains("input.originals = fast", "input.cache = 13MiB: all images fit");
    assertThat(waiting(Encoding.ORIGINAL, "originals = fast, cache = 1GiB", 0, 0.4, 0).advice())
        .doesNotContain("originals =", "cache");
  }

  private static Finding waiting(
      Encoding encoding, String input, double reading, double resizing, double decoding) {
    InputSpec spec = InputSpec.from(Block.parse("parallelism = 1, " + input));
    InputPlan plan = new InputPlan(spec, encoding, 64, 32, 1000, 5 << 20);
    Curriculum curriculum =
        new Curriculum(List.of(Set.of("image", "text", "shared")), Set.of(), List.of(plan));
    return new Training(curriculum, 0)
        .waits(reading, resizing, decoding)
        .steps(50)
        .findings()
        .get(0);
  }

  @Test
  void deadGradients() {
    assertThat(new Training().gradients(0, 3).steps(10).ids()).containsExactly("dead-gradients");
  }

  @Test
  void divergingAndThenNoNumber() {
    Training training = new Training().loss(3.4, 0.05).steps(1).loss(20, 0.05);
    assertThat(training.steps(10).ids()).containsExactly("diverging");
    assertThat(training.loss(Double.NaN, 0.05).steps(1).ids()).containsExactly("not-a-number");
  }

  @Test
  void flatWithoutACause() {
    Training training = new Training().loss(LN_28, 0.05).similarities(0.3, 0.28, 0.05);
    assertThat(training.steps(299).ids()).isEmpty();
    assertThat(training.steps(1).ids()).containsExactly("flat-loss");
  }

  @Test
  void aFindingIsToldOnce() {
    Training training = new Training().input(1, 1, 60, 0.4).steps(50);
    assertThat(training.told()).containsExactly("unknown-tokens");
    training.input(1, 1, 60, 1).steps(50);
    assertThat(training.told())
        .as("and again when it has become worse")
        .containsExactly("unknown-tokens", "unknown-tokens");
  }

  @Test
  void aCauseHidesWhatFollowsFromIt() {
    Training training =
        new Training()
            .input(1 / 28.0, 1, 0, 0)
            .cosines(1, 1)
            .similarities(0.4, 0.4, 0.002)
            .loss(LN_28, 0.05);
    assertThat(training.steps(300).evaluated(50, 50).ids()).containsExactly("one-image");
  }
}
