package dev.lockstep.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most memory that this process held at one time, native memory and the JVM's together, as
 * Linux keeps it ({@code VmHWM}, proc(5)). Other systems do not tell.
 */
public final class PeakMemory {
  private static final Path PROCESS = Path.of("/proc/self");
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s*(\\d+) kB");

  private PeakMemory() {}

  /** Begins anew, where the system allows it: one process may run several experiments. */
  static void reset() {
    try {
      Files.writeString(PROCESS.resolve("clear_refs"), "5");
    } catch (IOException e) {
      // The peak is then that of the process since its start, which is no less.
      return;
    }
  }

  /** Bytes; nothing where the system does not tell. */
  public static OptionalLong bytes() {
    return bytes(PROCESS.resolve("status"));
  }

  static OptionalLong bytes(Path status) {
    try {
      Matcher peak = PEAK.matcher(Files.readString(status));
      return peak.find()
          ? OptionalLong.of(Long.parseLong(peak.group(1)) * 1024)
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
