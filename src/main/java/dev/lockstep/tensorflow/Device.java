package dev.lockstep.tensorflow;

import dev.lockstep.error.InvalidInputException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * What this machine has of what a {@link DeviceSpec} asks for. TensorFlow takes GPUs and threads
 * for the whole process from its first session, so open the device before anything else makes one,
 * and give {@link #sessionConfig} to every session.
 */
public final class Device {
  private static final String KEY = "device.gpus";

  private final DeviceSpec spec;
  private final boolean gpuBuild;
  private final List<NativeDevice> gpus;
  private final List<NvidiaGpu> models;
  private final Processor processor;

  Device(
      DeviceSpec spec,
      boolean gpuBuild,
      List<NativeDevice> gpus,
      List<NvidiaGpu> models,
      Processor processor) {
    this.spec = spec;
    this.gpuBuild = gpuBuild;
    this.gpus = List.copyOf(gpus);
    this.models = List.copyOf(models);
    this.processor = processor;
    List<Integer> wanted = spec.gpus().orElse(List.of());
    if (wanted.size() > gpus.size() && !gpuBuild) {
      throw new InvalidInputException(
          KEY + " = " + wanted,
          "this is the CPU build of TensorFlow, which uses no GPU",
          "build with the Maven profile gpu (./mvnw -Pgpu package), or set gpus = auto");
    }
    if (wanted.size() > gpus.size()) {
      throw new InvalidInputException(
          KEY + " = " + wanted,
          missingGpus(gpus.size()),
          "see what nvidia-smi lists, or set gpus = auto, which goes on with the CPU");
    }
  }

  /**
   * Opens the devices.
   *
   * @throws InvalidInputException if a GPU that is asked for by its number is not there
   */
  public static Device open(DeviceSpec spec) {
    boolean gpuBuild = NativeDevice.isGpuBuild();
    List<NvidiaGpu> models = gpuBuild ? NvidiaGpu.ofThisMachine() : List.of();
    for (int gpu : spec.gpus().orElse(List.of())) {
      if (!models.isEmpty() && gpu >= models.size()) {
        throw new InvalidInputException(
            KEY + " = " + spec.gpus().get(),
            missingGpus(models.size()),
            "use numbers from 0 to " + (models.size() - 1));
      }
    }
    List<NativeDevice> gpus =
        NativeDevice.list(sessionConfig(spec)).stream()
            .filter(device -> device.type().equals("GPU"))
            .toList();
    return new Device(spec, gpuBuild, gpus, models, Processor.ofThisMachine());
  }

  private static String missingGpus(int count) {
    return switch (count) {
      case 0 -> "this machine has no GPU that TensorFlow can use";
      case 1 -> "TensorFlow can use only one GPU of this machine";
      default -> "TensorFlow can use only " + count + " GPUs of this machine";
    };
  }

  public boolean hasGpu() {
    return !gpus.isEmpty();
  }

  /** How many batches to copy to the device before they are asked for. */
  public int batchesAhead() {
    return spec.batchesAhead().orElse(hasGpu() ? 1 : 0);
  }

  /** Settles {@code precision}, and says why. */
  public SettledPrecision precision(PrecisionChoice choice) {
    SettledPrecision best = hasGpu() ? precisionOfGpus() : processor.precision();
    return switch (choice) {
      case AUTO -> best;
      case FLOAT32 -> new SettledPrecision(Precision.FLOAT32, "as the experiment says");
      case BFLOAT16 ->
          best.precision() == Precision.BFLOAT16
              ? best
              : new SettledPrecision(
                  Precision.BFLOAT16,
                  "as the experiment says, though it may be slow: " + best.why());
    };
  }

  /** GPUs of different generations compute alike, so the oldest decides. */
  private SettledPrecision precisionOfGpus() {
    if (models.isEmpty()) {
      return new SettledPrecision(
          Precision.FLOAT32,
          "nvidia-smi does not tell the GPU's compute capability; precision=bfloat16 needs 8.0");
    }
    String capabilities =
        models.stream()
            .map(gpu -> String.format(Locale.ROOT, "%s: %.1f", gpu.name(), gpu.computeCapability()))
            .distinct()
            .collect(Collectors.joining(", "));
    return models.stream().allMatch(NvidiaGpu::hasBfloat16)
        ? new SettledPrecision(Precision.BFLOAT16, "compute capability of " + capabilities)
        : new SettledPrecision(
            Precision.FLOAT32, "bfloat16 needs compute capability 8.0; " + capabilities);
  }

  /** The options for every session of this process. */
  public ConfigProto sessionConfig() {
    return sessionConfig(spec);
  }

  /**
   * A session for a graph that is whole. What building it left on Java's heap, hundreds of
   * megabytes for a large model, is given back first: the heap would keep them while steps run.
   */
  public Session session(Graph graph) {
    System.gc();
    return new Session(graph, sessionConfig());
  }

  /** Where a model's operations run: the first GPU, or the CPU. */
  public org.tensorflow.DeviceSpec forModel() {
    return org.tensorflow.DeviceSpec.newBuilder()
        .deviceType(
            hasGpu()
                ? org.tensorflow.DeviceSpec.DeviceType.GPU
                : org.tensorflow.DeviceSpec.DeviceType.CPU)
        .deviceIndex(0)
        .build();
  }

  static ConfigProto sessionConfig(DeviceSpec spec) {
    ConfigProto.Builder config =
        ConfigProto.newBuilder()
            .setAllowSoftPlacement(true)
            .setIntraOpParallelismThreads(threads(spec))
            .setGpuOptions(gpuOptions(spec));
    if (spec.interOpThreads() > 0) {
      config.setInterOpParallelismThreads(spec.interOpThreads()).setUsePerSessionThreads(true);
    }
    if (spec.gpus().isPresent() && spec.gpus().get().isEmpty()) {
      config.putDeviceCount("GPU", 0);
    }
    // Each new set of fetches is optimised anew, which these two shorten on large graphs (from 0.46
    // to 0.25 s on one of 29,000 operations). TensorFlow asks in return that a graph is whole
    // before
    // its session runs.
    config
        .getExperimentalBuilder()
        .setOptimizeForStaticGraph(true)
        .setDisableOutputPartitionGraphs(true);
    // The remapper's fusions made training steps 4 to 12% slower than none.
    config
        .getGraphOptionsBuilder()
        .getRewriteOptionsBuilder()
        .setRemapping(RewriterConfig.Toggle.OFF);
    return config.build();
  }

  /** TensorFlow counts the machine's cores, Java those that a container may use. */
  private static int threads(DeviceSpec spec) {
    return spec.threads() > 0 ? spec.threads() : Runtime.getRuntime().availableProcessors();
  }

  private static GPUOptions gpuOptions(DeviceSpec spec) {
    List<Integer> gpus = spec.gpus().orElse(List.of(0));
    GPUOptions.Builder options = GPUOptions.newBuilder();
    options.setVisibleDeviceList(
        gpus.stream().map(String::valueOf).collect(Collectors.joining(",")));
    if (spec.gpuMemory().isEmpty()) {
      return options.setAllowGrowth(true).build();
    }
    float mebibytes = (float) (spec.gpuMemory().getAsLong() >> 20);
    for (int i = 0; i < gpus.size(); i++) {
      options.getExperimentalBuilder().addVirtualDevicesBuilder().addMemoryLimitMb(mebibytes);
    }
    return options.build();
  }

  /** For the user: {@code GPU 0 of NVIDIA H100 80GB HBM3}, {@code CPU, 4 threads}. */
  @Override
  public String toString() {
    String cpu = "CPU, " + threads(spec) + (threads(spec) == 1 ? " thread" : " threads");
    if (hasGpu()) {
      String names =
          models.stream().map(NvidiaGpu::name).distinct().collect(Collectors.joining(", "));
      String numbers =
          spec.gpus().orElse(List.of(0)).stream()
              .map(String::valueOf)
              .collect(Collectors.joining(", "));
      return "GPU " + numbers + (names.isEmpty() ? "" : " (" + names + ")");
    }
    boolean refused = spec.gpus().isPresent() && spec.gpus().get().isEmpty();
    return gpuBuild && !refused
        ? cpu + " (the GPU build of TensorFlow, but it found no GPU that it can use)"
        : cpu;
  }
}
