package dev.lockstep.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WaitsTest {
  private static final Instant NOW = Instant.parse("2024-03-01T12:00:00Z");

  @Test
  void aServersWishIsSecondsOrADate() {
    assertThat(Waits.retryAfter("120", NOW)).hasValue(Duration.ofMinutes(2));
    assertThat(Waits.retryAfter("Fri, 01 Mar 2024 12:00:30 GMT", NOW))
        .hasValue(Duration.ofSeconds(30));
    assertThat(Waits.retryAfter("Fri, 01 Mar 2024 11:00:00 GMT", NOW)).hasValue(Duration.ZERO);
    assertThat(Waits.retryAfter("soon", NOW)).isEmpty();
    assertThat(Waits.retryAfter(null, NOW)).isEmpty();
  }

  @Test
  void waitsDoubleAndScatter() {
    DownloadSpec spec = DownloaderTest.spec();
    for (int i = 0; i < 100; i++) {
      assertThat(Waits.afterFailure(spec, 1))
          .isBetween(Duration.ofMillis(25), Duration.ofMillis(50));
      assertThat(Waits.afterFailure(spec, 3))
          .isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
      assertThat(Waits.afterFailure(spec, 60))
          .as("never longer than the longest")
          .isBetween(Duration.ofMillis(2_500), Duration.ofSeconds(5));
    }
  }
}
