package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.Example;

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

  /** As protobuf itself takes the image out of the message. */
  @Test
  void withoutItsImageItIsTheRestOfTheMessage() throws InvalidProtocolBufferException {
    for (int size : new int[] {0, 3, 200, 40_000}) {
      byte[] whole =
          new ImageTextRecord(new byte[size], new int[300], -5, Long.MIN_VALUE, 6272, "嘿嘿 😀")
              .toBytes();

      Example.Builder expected = Example.parseFrom(whole).toBuilder();
      expected.getFeaturesBuilder().removeFeature("image");
      byte[] rest = ImageTextRecord.withoutImage(whole);

      assertThat(rest).hasSizeLessThan(whole.length - size);
      assertThat(Example.parseFrom(rest)).isEqualTo(expected.build());
      assertThat(ImageTextRecord.withoutImage(rest)).isEqualTo(rest);
    }
  }

  @Test
  void whatIsNoSuchRecordIsGivenBackAsItIs() {
    byte[] whole = record.toBytes();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThat(ImageTextRecord.withoutImage(cut)).isEqualTo(cut);
    }
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
