package dev.lockstep.tensorflow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The processor's units for bfloat16, as Linux lists them; other systems have no such list.
 *
 * @param system {@code Linux}, {@code Mac OS X}, ..., as in {@code os.name}
 * @param architecture {@code amd64}, {@code aarch64}, as in {@code os.arch}
 * @param cpuinfo the text of {@code /proc/cpuinfo}; empty where there is none
 */
record Processor(String system, String architecture, String cpuinfo) {

  static Processor ofThisMachine() {
    String cpuinfo;
    try {
      cpuinfo = Files.readString(Path.of("/proc/cpuinfo"));
    } catch (IOException e) {
      cpuinfo = "";
    }
    return new Processor(System.getProperty("os.name"), System.getProperty("os.arch"), cpuinfo);
  }

  SettledPrecision precision() {
    if (!system.equals("Linux")) {
      return new SettledPrecision(
          Precision.FLOAT32,
          "TensorFlow for " + system + " does not use the processor's units for bfloat16");
    }
    if (cpuinfo.isBlank()) {
      return new SettledPrecision(
          Precision.FLOAT32, "/proc/cpuinfo cannot be read, so the processor's units are unknown");
    }
    Set<String> units = units();
    return units.isEmpty()
        ? new SettledPrecision(
            Precision.FLOAT32,
            "the processor has none of " + String.join(", ", new TreeSet<>(namesOfUnits())))
        : new SettledPrecision(Precision.BFLOAT16, String.join(", ", units));
  }

  /** Those of this processor, in alphabetical order. */
  private Set<String> units() {
    List<String> names = namesOfUnits();
    Set<String> units = new TreeSet<>();
    for (String line : cpuinfo.split("\n", -1)) {
      int colon = line.indexOf(':');
      String key = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      if (key.equals("flags") || key.equals("features")) {
        List<String> flags = new ArrayList<>(List.of(line.substring(colon + 1).strip().split(" ")));
        flags.retainAll(names);
        units.addAll(flags);
      }
    }
    return units;
  }

  private List<String> namesOfUnits() {
    return architecture.equals("aarch64") ? List.of("bf16") : List.of("avx512_bf16", "amx_bf16");
  }
}
