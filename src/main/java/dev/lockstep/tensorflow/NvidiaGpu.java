package dev.lockstep.tensorflow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A GPU as NVIDIA's driver describes it; TensorFlow's C API gives no compute capability.
 *
 * @param computeCapability 8.0 for an A100, 9.0 for an H100
 */
record NvidiaGpu(String name, double computeCapability) {
  /** The first generation with units for bfloat16 is Ampere. */
  private static final double AMPERE = 8.0;

  boolean hasBfloat16() {
    return computeCapability >= AMPERE;
  }

  /** All GPUs of the machine; none where {@code nvidia-smi} does not answer. */
  static List<NvidiaGpu> ofThisMachine() {
    try {
      Process process =
          new ProcessBuilder(
                  "nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader,nounits")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return List.of();
      }
      return parse(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /** Lines such as {@code NVIDIA H100 80GB HBM3, 9.0}. */
  static List<NvidiaGpu> parse(String lines) {
    List<NvidiaGpu> gpus = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      int comma = line.lastIndexOf(',');
      String capability = line.substring(comma + 1).strip();
      if (comma > 0 && capability.matches("\\d+\\.\\d+")) {
        gpus.add(new NvidiaGpu(line.substring(0, comma).strip(), Double.parseDouble(capability)));
      }
    }
    return gpus;
  }
}
