package dev.lockstep.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentKindTest {
  @ParameterizedTest
  @CsvSource({
    "'<!DOCTYPE html><p>', HTML",
    "'  <HTML>', HTML",
    "'<!-- a --> <head>', HTML",
    "'{\"error\": 1}', OTHER",
    "'GIF89a...', GIF",
    "'RIFF0000WEBPVP8 ', WEBP"
  })
  void isToldByHowItBegins(String text, ContentKind kind) {
    assertThat(ContentKind.of(text.getBytes(StandardCharsets.ISO_8859_1), "image/jpeg"))
        .isEqualTo(kind);
  }

  @Test
  void anImageIsOneWhateverTheServerSays() {
    byte[] jpeg = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0};

    assertThat(ContentKind.of(jpeg, "text/html")).isEqualTo(ContentKind.JPEG);
    assertThat(ContentKind.of(new byte[] {1, 2}, "text/html; charset=utf-8"))
        .isEqualTo(ContentKind.HTML);
    assertThat(ContentKind.of(new byte[0], "")).isEqualTo(ContentKind.OTHER);
  }
}
