package dev.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.input.InputTimes;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WaitSharesTest {
  /**
   * Two steps of 2 seconds. The first waits 1 s, all of it with nothing read; the second 1 s, of
   * which 0.2 s with nothing read. Of the threads' time a quarter was spent on originals.
   */
  @Test
  void aWaitIsTheReadingsAsLongAsNothingIsRead() {
    WaitShares waits = new WaitShares();
    waits.add(2, 1, new InputTimes(3, 1, 1.5));
    waits.add(2, 1, new InputTimes(1.5, 0.5, 0.2));

    Map<String, Double> shares = waits.take();

    assertThat(shares.get("input/wait-reading")).isCloseTo(0.75 * 1.2 / 4, within(1e-9));
    assertThat(shares.get("input/wait-resizing")).isCloseTo(0.25 * 1.2 / 4, within(1e-9));
    assertThat(shares.get("input/wait-decoding")).isCloseTo(0.8 / 4, within(1e-9));
  }

  @Test
  void eachStepIsCountedOnce() {
    WaitShares waits = new WaitShares();
    waits.add(1, 1, new InputTimes(1, 0, 1));
    waits.take();
    waits.add(1, 0, InputTimes.NONE);

    assertThat(waits.take().values()).containsOnly(0.0);
  }
}
