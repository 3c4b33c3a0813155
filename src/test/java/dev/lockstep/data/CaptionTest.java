package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CaptionTest {
  @Test
  void takesRunsOfWhiteSpaceForOneSpace() {
    assertThat(Caption.of(" \u3000笑脸\t\r\n 脸\u00a0").text()).isEqualTo("笑脸 脸");
    assertThat(Caption.of(" \n ").text()).isEmpty();
  }

  @Test
  void keepsFullWidthLetters() {
    assertThat(Caption.of("Ａ A").text()).isEqualTo("Ａ A");
  }

  @Test
  void hasTheKeyOfItsText() {
    // printf '嘿嘿' | sha256sum, the first 8 bytes
    assertThat(Caption.of(" 嘿嘿\n").key()).isEqualTo(0x3aedf2780b8f3488L);
    assertThat(Caption.of("嘿嘿").key()).isNotEqualTo(Caption.of("嘿").key());
  }

  @Test
  void countsCharacters() {
    assertThat(Caption.of("嘿😀").length()).isEqualTo(2);
  }
}
