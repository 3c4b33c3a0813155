package dev.lockstep.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether there is room to hold variables a second time for a while.
 *
 * @param status Linux's {@code /proc/meminfo}; other systems do not tell
 * @param least bytes that are worth it
 */
record FreeMemory(Path status, long least) {
  /** Less than this is written in no time. */
  private static final long LARGE = 256L << 20;

  /** Of what is free, the share that may be taken. */
  private static final double SHARE = 0.5;

  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s*(\\d+) kB");

  static FreeMemory ofThisMachine() {
    return new FreeMemory(Path.of("/proc/meminfo"), LARGE);
  }

  boolean allows(long bytes) {
    return bytes >= least && bytes <= SHARE * available();
  }

  private long available() {
    try {
      Matcher available = AVAILABLE.matcher(Files.readString(status));
      return available.find() ? Long.parseLong(available.group(1)) * 1024 : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
