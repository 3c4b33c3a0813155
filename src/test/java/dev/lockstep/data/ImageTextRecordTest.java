package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImageTextRecordTest {
  private final ImageTextRecord record =
      new ImageTextRecord(
          new byte[] {0, -1, 127}, new int[] {101, 21127, 102}, -5, Long.MIN_VALUE, 6272, "嘿嘿 😀");

  @Test
  void comesBackFromItsBytes() {
    assertThat(ImageTextRecord.parse(record.toBytes()))
        .usingRecursiveComparison()
        .isEqualTo(record);
  }

  @Test
  void hasTheSameBytesEachTime() {
    assertThat(record.toBytes()).isEqualTo(record.toBytes());
  }

  @Test
  void refusesOtherBytes() {
    assertThatThrownBy(() -> ImageTextRecord.parse(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("input_ids");
    assertThatThrownBy(() -> ImageTextRecord.parse(new byte[] {-1, -1, -1}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
