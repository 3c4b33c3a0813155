package dev.lockstep.download;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before a URL is tried again. */
final class Waits {
  private Waits() {}

  /**
   * Twice as long each time, and between half of that and all of it, so that many that failed
   * together do not come back together.
   *
   * @param attempt the one that failed, from 1
   */
  static Duration afterFailure(DownloadSpec spec, int attempt) {
    double doubled = spec.firstWait().toMillis() * Math.pow(2, attempt - 1);
    double most = Math.min(doubled, spec.longestWait().toMillis());
    return Duration.ofMillis(
        Math.round(most * (0.5 + ThreadLocalRandom.current().nextDouble() / 2)));
  }

  /**
   * What a server asks for by {@code Retry-After} (RFC 9110, section 10.2.3): seconds or a date.
   *
   * @return nothing for a header that is missing or is neither
   */
  static Optional<Duration> retryAfter(String header, Instant now) {
    if (header == null) {
      return Optional.empty();
    }
    String text = header.strip();
    if (text.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
