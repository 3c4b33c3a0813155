package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.config.Block;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private static ImageConverter.Converted image(long key, long look) {
    return new ImageConverter.Converted(new byte[0], key, look, 10, 10);
  }

  private static ScreenSpec spec(String text) {
    return ScreenSpec.from(Block.parse(text));
  }

  private static Optional<DropReason> caption(String screen, String text) {
    return new CaptionScreen(spec(screen), 20).check(Caption.of(text), 3).map(Finding::reason);
  }

  @Test
  void keepsEveryCaptionByDefault() {
    for (String text : new String[] {"a", "<b>嘿</b>", "嘿\u200b嘿", "http://a.b", "👩\u200d🚀"}) {
      assertThat(caption("", text)).as(text).isEmpty();
    }
    assertThat(caption("", "一二三四五六七八九十一二三四五六七八九十一")).hasValue(DropReason.CAPTION_TOO_LONG);
  }

  @Test
  void dropsCaptionsByEachRule() {
    assertThat(caption("min-caption-length = 3", "嘿嘿")).hasValue(DropReason.CAPTION_TOO_SHORT);
    assertThat(caption("min-caption-length = 3", "嘿嘿嘿")).isEmpty();
    assertThat(caption("control-characters = drop", "嘿\u200b嘿"))
        .hasValue(DropReason.CAPTION_CONTROL_CHARACTERS);
    assertThat(caption("control-characters = drop", "👩\u200d🚀 嘿")).isEmpty();
    assertThat(caption("markup = drop", "<b>嘿</b>")).hasValue(DropReason.CAPTION_MARKUP);
    assertThat(caption("markup = drop", "嘿&nbsp;嘿")).hasValue(DropReason.CAPTION_MARKUP);
    assertThat(caption("markup = drop", "见 https://a.b")).hasValue(DropReason.CAPTION_MARKUP);
    assertThat(caption("markup = drop", "3 < 5 & 7 > 2")).isEmpty();
    assertThat(caption("reject = [\"微信\\\\d+\", 广告]", "加微信123"))
        .hasValue(DropReason.CAPTION_REJECTED);
    assertThat(caption("reject = [\"微信\\\\d+\", 广告]", "加微信")).isEmpty();
  }

  @Test
  void countsTheShareOfChineseLetters() {
    assertThat(CaptionScreen.chineseShare("嘿嘿ab")).isEqualTo(0.5);
    assertThat(CaptionScreen.chineseShare("嘿，嘿！ ")).isEqualTo(1);
    assertThat(CaptionScreen.chineseShare("!?")).isZero();
    assertThat(caption("min-chinese = 0.5", "嘿嘿abc")).hasValue(DropReason.CAPTION_NOT_CHINESE);
    assertThat(caption("min-chinese = 0.5", "嘿嘿ab")).isEmpty();
  }

  @Test
  void keepsEveryRepetitionByDefault() {
    RepeatScreen screen = new RepeatScreen(ScreenSpec.NONE);
    for (int row = 0; row < 3; row++) {
      assertThat(screen.check(Caption.of("嘿"), image(1, 0), row)).isEmpty();
    }
  }

  @Test
  void dropsWhatWasThereBefore() {
    RepeatScreen pairs = new RepeatScreen(spec("repeated-pairs = drop"));
    assertThat(pairs.check(Caption.of("嘿"), image(1, 0), 0)).isEmpty();
    assertThat(pairs.check(Caption.of("哈"), image(1, 0), 1)).isEmpty();
    assertThat(pairs.check(Caption.of("嘿"), image(2, 0), 2)).isEmpty();
    assertThat(pairs.check(Caption.of("嘿"), image(1, 0), 3))
        .hasValue(new Finding(DropReason.PAIR_REPEATED, "the pair of row 0"));

    RepeatScreen images = new RepeatScreen(spec("repeated-images = drop"));
    assertThat(images.check(Caption.of("嘿"), image(1, 0), 0)).isEmpty();
    assertThat(images.check(Caption.of("哈"), image(1, 0), 1))
        .hasValue(new Finding(DropReason.IMAGE_REPEATED, "the image of row 0"));
  }

  @Test
  void capsHowOftenACaptionIsKeptHoweverItIsWritten() {
    RepeatScreen screen = new RepeatScreen(spec("caption-at-most = 2"));
    assertThat(screen.check(Caption.of("ＡＢ 促销"), image(1, 0), 0)).isEmpty();
    assertThat(screen.check(Caption.of("ab促销!"), image(2, 0), 1)).isEmpty();
    assertThat(screen.check(Caption.of("Ab，促销"), image(3, 0), 2))
        .hasValue(new Finding(DropReason.CAPTION_REPEATED, "kept 2 times before"));
    assertThat(screen.check(Caption.of("别的"), image(4, 0), 3)).isEmpty();
  }

  @Test
  void dropsNearDuplicatesAndKeepsOtherCaptionsOfTheSameImage() {
    RepeatScreen screen = new RepeatScreen(spec("near-duplicates = 3"));
    assertThat(screen.check(Caption.of("a"), image(1, 0b0000), 0)).isEmpty();
    assertThat(screen.check(Caption.of("b"), image(1, 0b0000), 1)).as("the same file").isEmpty();
    assertThat(screen.check(Caption.of("c"), image(2, 0b0111), 2))
        .hasValue(new Finding(DropReason.IMAGE_NEAR_DUPLICATE, "looks like row 0"));
    assertThat(screen.check(Caption.of("d"), image(3, 0b1111), 3)).isEmpty();
  }

  /** Held to comparing each with all. */
  @Test
  void findsEveryNeighbourThatThereIs() {
    for (int distance : new int[] {0, 1, 4, 9, 16}) {
      SplittableRandom random = new SplittableRandom(distance);
      HashNeighbours neighbours = new HashNeighbours(distance);
      long[] hashes = new long[600];
      for (int i = 0; i < hashes.length; i++) {
        long hash = random.nextLong();
        if (i > 100 && i % 2 == 0) {
          hash = hashes[random.nextInt(i)];
          for (int flips = random.nextInt(2 * distance + 2); flips > 0; flips--) {
            hash ^= 1L << random.nextInt(64);
          }
        }
        OptionalLong expected = OptionalLong.empty();
        for (int j = 0; j < i && expected.isEmpty(); j++) {
          if (Long.bitCount(hashes[j] ^ hash) <= distance) {
            expected = OptionalLong.of(j);
          }
        }
        assertThat(neighbours.find(hash)).isEqualTo(expected);
        neighbours.add(hash, i);
        hashes[i] = hash;
      }
    }
  }

  @Test
  void imagesThatLookTheSameHashAlmostTheSame() {
    float[] picture = new float[32 * 32];
    float[] brighter = new float[32 * 32];
    float[] other = new float[32 * 32];
    for (int i = 0; i < picture.length; i++) {
      int x = i % 32;
      int y = i / 32;
      picture[i] = (float) (100 + 50 * Math.sin(x / 5.0) * Math.cos(y / 7.0) + x);
      brighter[i] = 1.2f * picture[i] + 10 + i % 3;
      other[i] = (float) (100 + 50 * Math.cos(x / 3.0) + 40 * Math.sin(y / 2.0));
    }
    long hash = PerceptualHash.of(picture);
    assertThat(Long.bitCount(hash ^ PerceptualHash.of(brighter))).isLessThanOrEqualTo(6);
    assertThat(Long.bitCount(hash ^ PerceptualHash.of(other))).isGreaterThan(12);
  }
}
