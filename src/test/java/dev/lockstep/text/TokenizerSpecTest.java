package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.config.Block;
import org.junit.jupiter.api.Test;

class TokenizerSpecTest {
  @Test
  void isChineseClipsByDefault() {
    assertThat(TokenizerSpec.from(Block.parse(""))).isEqualTo(TokenizerSpec.chineseClip());
  }

  @Test
  void takesTheVariantOfHuggingFace() {
    assertThat(
            TokenizerSpec.from(
                Block.parse(
                    "max-word-length = 100, special-tokens-in-text = true,"
                        + " characters = hugging-face")))
        .isEqualTo(TokenizerSpec.bert());
  }

  @Test
  void refusesAContextWithoutRoomForAToken() {
    assertThatThrownBy(() -> TokenizerSpec.from(Block.parse("context-length = 2")))
        .hasMessageContaining("context-length = 2");
  }
}
