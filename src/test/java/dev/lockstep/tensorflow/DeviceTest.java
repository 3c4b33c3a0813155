package dev.lockstep.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.math.Mul;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

class DeviceTest {
  private static final NativeDevice GPU =
      new NativeDevice("/job:localhost/replica:0/task:0/device:GPU:0", "GPU", 80L << 30);
  private static final Processor PLAIN = new Processor("Linux", "amd64", "flags : avx2\n");
  private static final Processor WITH_AMX = new Processor("Linux", "amd64", "flags : amx_bf16\n");
  private static final NvidiaGpu H100 = new NvidiaGpu("NVIDIA H100", 9.0);
  private static final NvidiaGpu T4 = new NvidiaGpu("Tesla T4", 7.5);

  private static DeviceSpec spec(String hocon) {
    return DeviceSpec.from(Block.parse(hocon));
  }

  private static Device onCpu(String hocon, Processor processor) {
    return new Device(spec(hocon), false, List.of(), List.of(), processor);
  }

  private static Device onGpu(String hocon, NvidiaGpu... models) {
    return new Device(spec(hocon), true, List.of(GPU), List.of(models), PLAIN);
  }

  @Test
  void precisionFollowsTheProcessor() {
    assertThat(onCpu("", WITH_AMX).precision(PrecisionChoice.AUTO))
        .hasToString("bfloat16 (amx_bf16)");
    assertThat(onCpu("", PLAIN).precision(PrecisionChoice.AUTO).precision())
        .isEqualTo(Precision.FLOAT32);
  }

  @Test
  void precisionFollowsTheOldestGpu() {
    assertThat(onGpu("", H100).precision(PrecisionChoice.AUTO))
        .hasToString("bfloat16 (compute capability of NVIDIA H100: 9.0)");
    assertThat(onGpu("", H100, T4).precision(PrecisionChoice.AUTO))
        .hasToString(
            "float32 (bfloat16 needs compute capability 8.0; NVIDIA H100: 9.0, Tesla T4: 7.5)");
    assertThat(onGpu("").precision(PrecisionChoice.AUTO).toString())
        .startsWith("float32 (nvidia-smi does not tell");
  }

  @Test
  void precisionOfTheExperimentStands() {
    assertThat(onCpu("", WITH_AMX).precision(PrecisionChoice.FLOAT32))
        .hasToString("float32 (as the experiment says)");
    assertThat(onCpu("", PLAIN).precision(PrecisionChoice.BFLOAT16).toString())
        .startsWith("bfloat16 (as the experiment says, though it may be slow: the processor has");
  }

  @Test
  void driverListsItsGpus() {
    assertThat(NvidiaGpu.parse("NVIDIA H100 80GB HBM3, 9.0\nTesla T4, 7.5\n"))
        .containsExactly(new NvidiaGpu("NVIDIA H100 80GB HBM3", 9.0), T4);
    assertThat(NvidiaGpu.parse("No devices were found\n")).isEmpty();
  }

  @Test
  void batchIsCopiedAheadToGpusOnly() {
    assertThat(onCpu("", PLAIN).batchesAhead()).isZero();
    assertThat(onGpu("", H100).batchesAhead()).isEqualTo(1);
    assertThat(onGpu("batches-ahead = 2", H100).batchesAhead()).isEqualTo(2);
  }

  @Test
  void deviceIsNamedForTheUser() {
    assertThat(onCpu("threads = 3", PLAIN)).hasToString("CPU, 3 threads");
    assertThat(onGpu("", H100)).hasToString("GPU 0 (NVIDIA H100)");
    assertThat(new Device(spec("threads = 1"), true, List.of(), List.of(), PLAIN))
        .hasToString(
            "CPU, 1 thread (the GPU build of TensorFlow, but it found no GPU that it can use)");
  }

  @Test
  void gpuThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> onCpu("gpus = [0]", PLAIN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("device.gpus = [0]: this is the CPU build of TensorFlow")
        .hasMessageContaining("-Pgpu");
    assertThatThrownBy(() -> new Device(spec("gpus = [0]"), true, List.of(), List.of(), PLAIN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("this machine has no GPU that TensorFlow can use");
    assertThatThrownBy(() -> onGpu("gpus = [0, 1]", H100))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("TensorFlow can use only one GPU");
  }

  @Test
  void sessionTakesThreadsOfTheSpec() {
    ConfigProto given = Device.sessionConfig(spec("threads = 3, inter-op-threads = 2"));
    assertThat(given.getIntraOpParallelismThreads()).isEqualTo(3);
    assertThat(given.getInterOpParallelismThreads()).isEqualTo(2);
    assertThat(given.getUsePerSessionThreads()).isTrue();

    ConfigProto free = Device.sessionConfig(spec(""));
    assertThat(free.getIntraOpParallelismThreads())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(free.getInterOpParallelismThreads()).isZero();
    assertThat(free.getUsePerSessionThreads()).isFalse();
  }

  @Test
  void sessionTakesGpusOfTheSpec() {
    ConfigProto auto = Device.sessionConfig(spec(""));
    assertThat(auto.getGpuOptions().getVisibleDeviceList()).isEqualTo("0");
    assertThat(auto.getGpuOptions().getAllowGrowth()).isTrue();
    assertThat(auto.getDeviceCountMap()).isEmpty();

    ConfigProto none = Device.sessionConfig(spec("gpus = none"));
    assertThat(none.getDeviceCountMap()).containsEntry("GPU", 0);

    ConfigProto two = Device.sessionConfig(spec("gpus = [2, 0], gpu-memory = 2GiB"));
    assertThat(two.getGpuOptions().getVisibleDeviceList()).isEqualTo("2,0");
    assertThat(two.getGpuOptions().getAllowGrowth()).isFalse();
    assertThat(two.getGpuOptions().getExperimental().getVirtualDevicesList())
        .hasSize(2)
        .allSatisfy(gpu -> assertThat(gpu.getMemoryLimitMbList()).containsExactly(2048f));
  }

  /** The options promise TensorFlow a graph that does not grow; its fetches still may differ. */
  @Test
  void realSessionRunsDifferentFetches() {
    Device device = Device.open(spec("gpus = none"));
    assertThat(device.hasGpu()).isFalse();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat32> x = tf.placeholder(TFloat32.class);
      Mul<TFloat32> doubled = tf.math.mul(x, tf.constant(2f));
      Mul<TFloat32> quadrupled = tf.math.mul(doubled, tf.constant(2f));
      Mul<TFloat32> squared = tf.math.mul(x, x);
      try (Session session = new Session(graph, device.sessionConfig());
          TFloat32 three = TFloat32.scalarOf(3)) {
        assertThat(run(session.runner().feed(x, three).fetch(doubled))).isEqualTo(6);
        assertThat(run(session.runner().feed(x, three).fetch(squared))).isEqualTo(9);
        assertThat(run(session.runner().feed(x, three).fetch(squared).fetch(doubled))).isEqualTo(9);
        assertThat(run(session.runner().feed(doubled, three).fetch(quadrupled))).isEqualTo(6);
        assertThat(run(session.runner().feed(x, three).addTarget(squared).fetch(quadrupled)))
            .isEqualTo(12);
      }
    }
  }

  private static float run(Session.Runner runner) {
    try (Result result = runner.run()) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }
}
