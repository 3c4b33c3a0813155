package dev.lockstep.train;

import dev.lockstep.input.InputTimes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which part of the input a training waits for. As long as a step waits and no batch of records is
 * there for the graph to take, it waits for the reading; otherwise for what the graph does with
 * them.
 */
final class WaitShares {
  private double steps;
  private double reading;
  private double resizing;
  private double decoding;

  /**
   * Adds a step.
   *
   * @param seconds that it took
   * @param waited how much of it waited for its batch
   * @param during what the input did meanwhile
   */
  void add(double seconds, double waited, InputTimes during) {
    double starved = Math.min(waited, during.starvedSeconds());
    steps += seconds;
    resizing += starved * during.resizeShare();
    reading += starved * (1 - during.resizeShare());
    decoding += waited - starved;
  }

  /**
   * As shares of the time of the steps since the last call; docs/doctor.md says what each one is.
   */
  Map<String, Double> take() {
    Map<String, Double> shares = new LinkedHashMap<>();
    shares.put("input/wait-reading", reading / steps);
    shares.put("input/wait-resizing", resizing / steps);
    shares.put("input/wait-decoding", decoding / steps);
    steps = 0;
    reading = 0;
    resizing = 0;
    decoding = 0;
    return shares;
  }
}
