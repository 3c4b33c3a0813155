package dev.lockstep.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Entry OK = new Entry(Outcome.OK, "images/猫.png", "example.org");
  private static final Entry HTML = new Entry(Outcome.HTML, "", "example.org");

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() {
    file = folder.resolve("journal.tsv");
    try (Journal journal = Journal.open(file)) {
      journal.add(1, OK, 200, 12, "ab", "", "http://example.org/猫");
      journal.add(-2, HTML, 200, 0, "", "a\ttab\nand a line", "http://example.org/2");
    }
  }

  @Test
  void isReadAsItWasWritten() {
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.get(1)).isEqualTo(OK);
      assertThat(journal.get(-2)).isEqualTo(HTML);
      assertThat(journal.size()).isEqualTo(2);
      assertThat(journal.unreadable()).isZero();
    }
  }

  @Test
  void aLineThatWasCutShortCountsForNothing() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    int firstLine = new String(whole, StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
    for (int length = firstLine; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (Journal journal = Journal.open(file)) {
        assertThat(journal.get(1)).isEqualTo(OK);
        assertThat(journal.get(-2)).isNull();
        journal.add(-2, HTML, 200, 0, "", "", "http://example.org/2");
      }
      try (Journal journal = Journal.open(file)) {
        assertThat(journal.get(-2)).isEqualTo(HTML);
        assertThat(journal.unreadable()).isZero();
      }
    }
  }

  @Test
  void aLineThatWasDamagedIsCounted() throws IOException {
    String text = Files.readString(file);
    Files.writeString(file, text.replaceFirst("\tok\t", "\tno\t"));

    try (Journal journal = Journal.open(file)) {
      assertThat(journal.get(1)).isNull();
      assertThat(journal.get(-2)).isEqualTo(HTML);
      assertThat(journal.unreadable()).isEqualTo(1);
    }
  }

  @Test
  void theLaterOfTwoLinesCounts() {
    try (Journal journal = Journal.open(file)) {
      journal.add(-2, OK, 200, 5, "cd", "", "http://example.org/2");
    }
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.get(-2)).isEqualTo(OK);
      assertThat(journal.size()).isEqualTo(2);
    }
  }

  @Test
  void aUrlThatWasOnlyMetHasNoOutcome() {
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.meet(1)).isTrue();
      assertThat(journal.meet(7)).isTrue();
      assertThat(journal.meet(7)).isFalse();
      assertThat(journal.get(1)).isEqualTo(OK);
      assertThat(journal.get(7)).isNull();
      assertThat(journal.size()).isEqualTo(2);

      journal.add(7, HTML, 200, 0, "", "", "http://example.org/7");

      assertThat(journal.meet(7)).isFalse();
      assertThat(journal.get(7)).isEqualTo(HTML);
      assertThat(journal.size()).isEqualTo(3);
    }
  }
}
