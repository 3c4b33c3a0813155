package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GalleryTest {
  @TempDir Path folder;

  @Test
  void comesBackFromItsFile() throws IOException {
    Gallery.Picture picture = new Gallery.Picture(new byte[] {1, 2}, 0.75f, true);
    Gallery gallery =
        new Gallery(
            List.of(
                new Gallery.Query("猫", 7, 40, List.of(picture), Optional.of(picture)),
                new Gallery.Query("狗", 1, 40, List.of(picture), Optional.empty())));

    Gallery read = Gallery.read(file(gallery.toJson()));

    assertThat(read).usingRecursiveComparison().isEqualTo(gallery);
  }

  @Test
  void refusesAFileOfSomethingElse() throws IOException {
    String picture = "{\"png\": \"%s\", \"similarity\": 1, \"right\": true}";
    String query =
        "{\"queries\": [{\"caption\": \"猫\", \"rank\": 1, \"images\": 1, \"nearest\": [%s]}]}";
    for (String text :
        List.of(
            "",
            "[]",
            "{}",
            "{\"queries\": [7]}",
            query.formatted("{}"),
            query.formatted(picture.formatted("not base64")),
            query.formatted(picture.formatted("AQI=")).substring(0, 60))) {
      Path file = file(text);

      assertThatThrownBy(() -> Gallery.read(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(file + ": this is not a gallery that a run has written: ")
          .hasMessageContaining("delete the file");
    }
    assertThat(Gallery.read(file(query.formatted(picture.formatted("AQI=")))).queries()).hasSize(1);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("gallery.json"), text);
  }
}
