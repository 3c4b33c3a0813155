package dev.lockstep.serve;

import dev.lockstep.serve.index.ImageEntry;
import dev.lockstep.serve.index.ImageIndex;
import dev.lockstep.serve.model.ModelFolder;
import dev.lockstep.serve.model.RefusedException;
import dev.lockstep.serve.model.RefusedException.Reason;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * {@code GET /images/NUMBER}: an indexed image, by its number in the index. No part of an address
 * ever becomes part of a path, and a file that is no image any more is not given.
 */
final class ImageFiles {
  private static final long LARGEST = 64L << 20;

  private final ModelFolder models;
  private final ImageIndexes indexes;

  ImageFiles(ModelFolder models, ImageIndexes indexes) {
    this.models = models;
    this.indexes = indexes;
  }

  void get(Context context) {
    String number = context.pathParam("number");
    ImageIndex index = indexes.of(models.current());
    if (!number.matches("[0-9]{1,9}") || Integer.parseInt(number) >= index.size()) {
      throw notFound(number);
    }
    ImageEntry entry = index.entry(Integer.parseInt(number));
    byte[] bytes = read(entry.file(), number);
    String type = type(bytes);
    if (type.isEmpty()) {
      throw notFound(number);
    }
    context.header("Cache-Control", "private, max-age=3600").contentType(type).result(bytes);
  }

  private static byte[] read(Path file, String number) {
    try {
      // Links were followed when the image was indexed; one that stands there now leads elsewhere.
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LARGEST) {
        throw notFound(number);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw notFound(number);
    }
  }

  private static String type(byte[] bytes) {
    if (startsWith(bytes, 0xff, 0xd8, 0xff)) {
      return "image/jpeg";
    }
    if (startsWith(bytes, 0x89, 'P', 'N', 'G')) {
      return "image/png";
    }
    if (startsWith(bytes, 'G', 'I', 'F', '8')) {
      return "image/gif";
    }
    return startsWith(bytes, 'B', 'M') ? "image/bmp" : "";
  }

  private static boolean startsWith(byte[] bytes, int... opening) {
    for (int i = 0; i < opening.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != opening[i]) {
        return false;
      }
    }
    return true;
  }

  private static RefusedException notFound(String number) {
    return new RefusedException(Reason.NOT_FOUND, "there is no image " + number);
  }
}
