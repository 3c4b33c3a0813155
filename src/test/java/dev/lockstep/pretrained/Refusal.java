package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import dev.lockstep.error.InvalidInputException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** A file is refused, by name and without taking memory for what it claims. */
final class Refusal {
  private Refusal() {}

  static void assertRefused(Path file, String found) {
    assertRefused(file, found, 32 << 20);
  }

  static void assertRefused(Path file, String found, long maxBytes) {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = thread.getCurrentThreadAllocatedBytes();
    Throwable refusal =
        catchThrowable(
            () -> {
              try (WeightFile weights = WeightFile.open(file)) {
                weights.names().forEach(weights::floats);
              }
            });
    long taken = thread.getCurrentThreadAllocatedBytes() - before;

    assertThat(refusal)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining(found);
    assertThat(taken).as("bytes taken").isLessThan(maxBytes);
  }
}
