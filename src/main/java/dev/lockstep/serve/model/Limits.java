package dev.lockstep.serve.model;

import java.time.Duration;

/**
 * What a server takes.
 *
 * @param bodyBytes of a request
 * @param rows texts or images in a request
 * @param imageBytes of an encoded image
 * @param pixels of all images in one run; a pixel takes about 40 bytes on its way
 * @param queue requests that may wait
 * @param bodyTime for a request to arrive
 * @param answerTime for it to be answered
 * @param joined rows that one run answers
 * @param delay how long a request may wait for others to join it
 */
public record Limits(
    int bodyBytes,
    int rows,
    int imageBytes,
    int pixels,
    int queue,
    Duration bodyTime,
    Duration answerTime,
    int joined,
    Duration delay) {
  public static final Limits DEFAULT =
      new Limits(
          16 << 20,
          256,
          10 << 20,
          24_000_000,
          256,
          Duration.ofSeconds(15),
          Duration.ofSeconds(15),
          64,
          Duration.ofMillis(2));
}
