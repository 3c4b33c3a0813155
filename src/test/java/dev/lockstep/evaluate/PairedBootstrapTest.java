package dev.lockstep.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.evaluate.PairedBootstrap.Difference;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
  /** 5,000 samples: a share of a quarter scatters by 0.6%. */
  private static final double SAMPLING = 0.03;

  @Test
  void twoQueriesAreDrawnInFourWays() {
    Difference difference = compare(new double[][] {{1, 0}}, new double[][] {{0, 0}});

    assertThat(difference.difference()).isEqualTo(0.5);
    assertThat(difference.low()).as("the second query twice, a quarter of the time").isZero();
    assertThat(difference.high()).as("the first query twice").isEqualTo(1);
    assertThat(difference.pValue()).as("twice that quarter").isCloseTo(0.5, within(SAMPLING));
    assertThat(difference.isReal()).isFalse();
  }

  @Test
  void oneModelAgainstItselfShowsNothing() {
    double[][] hits = {{1, 0, 1, 1, 0, 0, 1}};

    assertThat(compare(hits, hits)).isEqualTo(new Difference(0, 0, 0, 1));
  }

  @Test
  void pairingSeesWhatTheScoresAloneWouldNot() {
    // 60 against 50 of 100. As independent samples: 10 with a deviation of 7. As pairs, where the
    // first model answers all that the second does: ten queries of 100, 10 with a deviation of 3.
    double[] first = IntStream.range(0, 100).mapToDouble(i -> i < 60 ? 1 : 0).toArray();
    double[] second = IntStream.range(0, 100).mapToDouble(i -> i < 50 ? 1 : 0).toArray();

    Difference difference = compare(new double[][] {first}, new double[][] {second});

    assertThat(difference.difference()).isCloseTo(0.1, within(1e-12));
    assertThat(difference.isReal()).isTrue();
    // The binomial of 100 draws at 0.1: 2.5% at 5 or fewer, 97.5% at 16.
    assertThat(difference.low()).isBetween(0.04, 0.06);
    assertThat(difference.high()).isBetween(0.15, 0.17);
    assertThat(difference.pValue()).isLessThan(0.002);
  }

  @Test
  void aDifferenceThatHangsOnTheSeedIsNotReal() {
    // Seeds of 100% and 0% against two of 40%: drawn again, they are 100, 50, 50 and 0.
    double[] all = filled(1);
    double[] none = filled(0);
    double[] some = IntStream.range(0, 100).mapToDouble(i -> i < 40 ? 1 : 0).toArray();

    Difference difference = compare(new double[][] {all, none}, new double[][] {some, some});

    assertThat(difference.difference()).isCloseTo(0.1, within(1e-12));
    assertThat(difference.low()).isLessThan(-0.3);
    assertThat(difference.high()).isGreaterThan(0.5);
    assertThat(difference.isReal()).isFalse();
  }

  @Test
  void theSecondModelMayBeTheBetter() {
    Difference difference = compare(new double[][] {filled(0)}, new double[][] {filled(1)});

    assertThat(difference.difference()).isCloseTo(-1, within(1e-12));
    assertThat(difference.isReal()).isTrue();
  }

  @Test
  void aHitIsARankOfKOrLess() {
    Map<String, Integer> first = Map.of("a", 1, "b", 5, "c", 6, "d", 1);
    Map<String, Integer> second = Map.of("d", 9, "c", 6, "b", 6, "a", 5);

    assertThat(recallAt(1, first, second)).as("2 of 4 against none").isEqualTo(0.5);
    assertThat(recallAt(5, first, second)).as("3 of 4 against 1").isEqualTo(0.5);
    assertThat(recallAt(6, first, second)).as("4 of 4 against 3").isEqualTo(0.25);
  }

  @Test
  void otherQueriesAreNoPairs() {
    Map<String, Integer> first = new TreeMap<>(Map.of("a", 1, "b", 5));

    assertThatThrownBy(() -> recallAt(1, first, Map.of("a", 1, "c", 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different queries");
  }

  private static double recallAt(int k, Map<String, Integer> first, Map<String, Integer> second) {
    return PairedBootstrap.recallAt(k, List.of(first), List.of(second)).difference();
  }

  private static Difference compare(double[][] first, double[][] second) {
    return PairedBootstrap.compare(first, second, new SplittableRandom(7));
  }

  private static double[] filled(double value) {
    return IntStream.range(0, 100).mapToDouble(i -> value).toArray();
  }
}
