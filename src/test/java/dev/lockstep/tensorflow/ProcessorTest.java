package dev.lockstep.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The texts are from Linux's {@code /proc/cpuinfo} on the machines that are named, shortened. */
class ProcessorTest {
  private static final String SAPPHIRE_RAPIDS =
      """
      processor\t: 0
      vendor_id\t: GenuineIntel
      flags\t\t: fpu avx2 avx512f avx512_bf16 wbnoinvd amx_bf16 avx512_fp16 amx_tile amx_int8
      bogomips\t: 4000.00
      processor\t: 1
      flags\t\t: fpu avx2 avx512f avx512_bf16 wbnoinvd amx_bf16 avx512_fp16 amx_tile amx_int8
      """;
  private static final String SKYLAKE =
      """
      model name\t: Intel(R) Xeon(R) Gold 6130 CPU, not an avx512_bf16
      flags\t\t: fpu avx2 avx512f avx512dq avx512cd avx512bw avx512vl
      """;
  private static final String GRAVITON_3 =
      """
      processor\t: 0
      Features\t: fp asimd evtstrm aes sve bf16 i8mm svebf16
      CPU implementer\t: 0x41
      """;

  @Test
  void processorWithUnitsTakesBfloat16() {
    assertThat(precision("Linux", "amd64", SAPPHIRE_RAPIDS))
        .isEqualTo("bfloat16 (amx_bf16, avx512_bf16)");
    assertThat(precision("Linux", "aarch64", GRAVITON_3)).isEqualTo("bfloat16 (bf16)");
  }

  @Test
  void processorWithoutUnitsStaysAtFloat32() {
    assertThat(precision("Linux", "amd64", SKYLAKE))
        .isEqualTo("float32 (the processor has none of amx_bf16, avx512_bf16)");
    assertThat(precision("Linux", "aarch64", "Features\t: fp asimd svebf16\n"))
        .isEqualTo("float32 (the processor has none of bf16)");
  }

  @Test
  void systemsWithoutListStayAtFloat32() {
    assertThat(precision("Mac OS X", "aarch64", "")).startsWith("float32 (TensorFlow for Mac OS X");
    assertThat(precision("Windows 11", "amd64", "")).startsWith("float32 (");
    assertThat(precision("Linux", "amd64", "")).startsWith("float32 (/proc/cpuinfo cannot be read");
  }

  private static String precision(String system, String architecture, String cpuinfo) {
    return new Processor(system, architecture, cpuinfo).precision().toString();
  }
}
