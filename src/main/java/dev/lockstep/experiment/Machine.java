package dev.lockstep.experiment;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run ran on.
 *
 * @param system name and version of the operating system
 * @param architecture {@code amd64}, {@code aarch64}
 * @param processor the model's name; the architecture where the system does not tell
 * @param cores that this process may use
 * @param memoryBytes of the machine, or of the container where that is less
 * @param gpus their names, as the caller found them
 */
public record Machine(
    String system,
    String architecture,
    String processor,
    int cores,
    long memoryBytes,
    List<String> gpus) {

  public Machine {
    gpus = List.copyOf(gpus);
  }

  static Machine ofThisProcess(List<String> gpus) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(
        system.getName() + " " + system.getVersion(),
        system.getArch(),
        processor(Path.of("/proc/cpuinfo"), system.getArch()),
        system.getAvailableProcessors(),
        system.getTotalMemorySize(),
        gpus);
  }

  static String processor(Path cpuinfo, String architecture) {
    try (Stream<String> lines = Files.lines(cpuinfo)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException e) {
      return architecture;
    }
  }
}
