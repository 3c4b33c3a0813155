package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeakMemoryTest {
  @TempDir private Path folder;

  @Test
  void isWhatLinuxKeeps() throws IOException {
    Path status = folder.resolve("status");
    Files.writeString(status, "Name:\tjava\nVmPeak:\t  900 kB\nVmHWM:\t  120 kB\nVmRSS:\t 7 kB\n");

    assertThat(PeakMemory.bytes(status)).hasValue(120 * 1024);
  }

  @Test
  void isNotToldWithoutIt() {
    assertThat(PeakMemory.bytes(folder.resolve("none"))).isEmpty();
  }
}
