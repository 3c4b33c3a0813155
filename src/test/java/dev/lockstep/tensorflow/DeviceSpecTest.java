package dev.lockstep.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import dev.lockstep.error.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSpecTest {

  @Test
  void defaultsLeaveTheChoiceToTheMachine() {
    assertThat(DeviceSpec.from(Block.parse("")))
        .isEqualTo(
            new DeviceSpec(0, 0, Optional.empty(), OptionalLong.empty(), OptionalInt.empty()));
  }

  @Test
  void everyKeyIsRead() {
    Block block =
        Block.parse(
            "threads = 4, inter-op-threads = 2, gpus = [0, 2], gpu-memory = 20GiB,"
                + " batches-ahead = 3");

    DeviceSpec spec = DeviceSpec.from(block);
    block.finish();

    assertThat(spec)
        .isEqualTo(
            new DeviceSpec(
                4, 2, Optional.of(List.of(0, 2)), OptionalLong.of(20L << 30), OptionalInt.of(3)));
  }

  @Test
  void whatWasResolvedReadsTheSame() {
    Block block = Block.parse("gpus = [1], gpu-memory = 512MiB");
    DeviceSpec spec = DeviceSpec.from(block);

    assertThat(DeviceSpec.from(Block.parse(block.resolved()))).isEqualTo(spec);
  }

  @Test
  void noGpuIsAnEmptyList() {
    assertThat(DeviceSpec.from(Block.parse("gpus = none")).gpus()).contains(List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpus = all                | auto, none, or a list of GPUs such as [0, 1]",
        "gpus = 0                  | auto, none, or a list of GPUs such as [0, 1]",
        "gpus = [-1]               | a whole number from 0 to 63",
        "gpus = [1, 1]             | each GPU once",
        "gpu-memory = much         | growth, or a size such as 20GiB",
        "gpu-memory = 20XiB        | a size such as",
        "gpu-memory = 20           | growth, or a size such as 20GiB",
        "threads = -1              | a whole number from 0 to 1024",
        "batches-ahead = many      | a whole number from 0 to 64"
      })
  void impossibleValuesAreRefused(String setting, String expected) {
    assertThatThrownBy(() -> DeviceSpec.from(Block.parse(setting)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(setting.substring(0, setting.indexOf(' ')))
        .hasMessageContaining(expected);
  }
}
