package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.download.Downloader.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DownloadProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicLong clock = new AtomicLong();

  @Test
  void elsewhereThanOnATerminalALineEveryFiveSeconds() {
    try (DownloadProgress progress = new DownloadProgress(out, Optional.empty(), clock::get)) {
      progress.accept(new Progress(1000, 0, 0));
      at(4).accept(progress, 100);
      at(6).accept(progress, 250);
      at(8).accept(progress, 260);
      progress.print("stopping");
    }

    // 250 of 1,000 in 6 seconds: the other 750 take 18.
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("250 of 1,000 URLs, 240 images, 40/s, 0:00:18 left", "stopping");
  }

  @Test
  void theEndIsAlwaysTold() {
    try (DownloadProgress progress = new DownloadProgress(out, Optional.empty(), clock::get)) {
      at(1).accept(progress, 1000);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("1,000 of 1,000 URLs, 990 images, 990/s");
  }

  private interface Feeding {
    void accept(DownloadProgress progress, long seen);
  }

  private Feeding at(long seconds) {
    return (progress, seen) -> {
      clock.set(seconds * 1_000_000_000L);
      progress.accept(new Progress(1000, seen, seen - 10));
    };
  }
}
