package dev.lockstep.download;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which hosts have asked to be left alone for a while. */
final class HostPauses {
  private final Map<String, Long> until = new ConcurrentHashMap<>();

  /** A host has asked for some patience. */
  void add(String host, Duration wait) {
    until.merge(host, System.nanoTime() + wait.toNanos(), Math::max);
  }

  /** How long a host is left alone from now on. */
  Duration of(String host) {
    Long end = until.get(host);
    long left = end == null ? 0 : end - System.nanoTime();
    return left > 0 ? Duration.ofNanos(left).plusMillis(1) : Duration.ZERO;
  }
}
