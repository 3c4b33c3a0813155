package dev.lockstep.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.Optional;

/**
 * The layout of Chinese-CLIP's own datasets (Yang et al. 2022; MUGE, Flickr30K-CN, COCO-CN): {@code
 * X_texts.jsonl} with {@code text_id}, {@code text} and {@code image_ids} on each line, and {@code
 * X_imgs.tsv} with an image's id, a tab and its file in base64. Each text gives a pair with each of
 * its images. The places of the images are kept, at 32 bytes each, and not the images.
 */
record ChineseClipPairs(Path file) implements FilePairs {
  private static final String TEXTS = "_texts.jsonl";

  /** Whether a file is one of texts that its images lie beside. */
  static boolean is(Path file) {
    return file.toString().endsWith(TEXTS) && Files.isRegularFile(imagesOf(file));
  }

  Path images() {
    return imagesOf(file);
  }

  private static Path imagesOf(Path texts) {
    String name = texts.getFileName().toString();
    String stem = name.endsWith(TEXTS) ? name.substring(0, name.length() - TEXTS.length()) : name;
    return texts.resolveSibling(stem + "_imgs.tsv");
  }

  @Override
  public boolean namesImageFiles() {
    return false;
  }

  @Override
  public boolean imagesNeedReader() {
    return true;
  }

  @Override
  public PairReader open(long firstRow) {
    return new Texts(firstRow);
  }

  /** Where each image's line begins and how long it is. */
  private static final class ImageLines implements AutoCloseable {
    private final Path tsv;
    private final FileChannel channel;
    private final LongCounts starts = new LongCounts();
    private final LongCounts lengths = new LongCounts();

    ImageLines(Path tsv) {
      this.tsv = tsv;
      try {
        channel = FileChannel.open(tsv);
        try (InputStream in = Files.newInputStream(tsv)) {
          index(in);
        }
      } catch (IOException e) {
        throw new InvalidInputException(
            tsv.toString(),
            "cannot be read: " + e,
            "the images of X_texts.jsonl must lie beside it, as X_imgs.tsv",
            e);
      }
    }

    private void index(InputStream in) throws IOException {
      byte[] buffer = new byte[1 << 16];
      StringBuilder id = new StringBuilder();
      boolean inId = true;
      long start = 0;
      long at = 0;
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        for (int i = 0; i < count; i++) {
          byte b = buffer[i];
          if (b == '\n') {
            add(id, start, at + i);
            id.setLength(0);
            inId = true;
            start = at + i + 1;
          } else if (inId && b == '\t') {
            inId = false;
          } else if (inId) {
            id.append((char) (b & 0xff));
          }
        }
        at += count;
      }
      add(id, start, at);
    }

    private void add(CharSequence id, long start, long end) {
      if (!id.isEmpty()) {
        long key = key(id.toString().strip());
        starts.put(key, start);
        lengths.put(key, end - start);
      }
    }

    byte[] read(String id) throws UnusableImageException {
      long key = key(id);
      long length = lengths.get(key);
      if (length == 0) {
        throw new UnusableImageException(
            DropReason.IMAGE_MISSING, "no image " + id + " in " + tsv.getFileName());
      }
      if (length > ImageFile.MAX_BYTES) {
        throw new UnusableImageException(DropReason.IMAGE_TOO_LARGE, length + " characters");
      }
      ByteBuffer line = ByteBuffer.allocate((int) length);
      try {
        long start = starts.get(key);
        while (line.hasRemaining() && channel.read(line, start + line.position()) >= 0) {
          // A read may give less than was asked for.
        }
      } catch (IOException e) {
        throw new UnusableImageException(DropReason.IMAGE_UNREADABLE, e.toString());
      }
      return decode(new String(line.array(), StandardCharsets.ISO_8859_1));
    }

    /** Both alphabets of base64, as Python's {@code urlsafe_b64decode} takes them. */
    private static byte[] decode(String line) throws UnusableImageException {
      String text = line.substring(line.indexOf('\t') + 1).strip();
      try {
        return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
      } catch (IllegalArgumentException e) {
        throw new UnusableImageException(DropReason.IMAGE_CORRUPT, "not base64: " + e.getMessage());
      }
    }

    private static long key(String id) {
      return ContentKey.of(id.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private record StoredImage(String name, ImageLines lines) implements SourceImage {
    @Override
    public byte[] read() throws UnusableImageException {
      return new ImageBytes(name, lines.read(name)).read();
    }
  }

  private final class Texts extends OneAhead {
    private final ImageLines lines = new ImageLines(images());
    private final JsonLinesPairs.Objects objects = new JsonLinesPairs.Objects(file);
    private final String name = file.getFileName().toString();
    private final Deque<SourcePair> pending = new ArrayDeque<>();
    private long row;

    Texts(long firstRow) {
      row = firstRow;
    }

    @Override
    SourcePair read() {
      while (pending.isEmpty()) {
        if (!objects.advance()) {
          return null;
        }
        addPairs(objects.object());
      }
      return pending.remove();
    }

    private void addPairs(Optional<JsonObject> object) {
      Optional<String> text = object.flatMap(o -> JsonLinesPairs.field(o, SourceColumns.TEXTS));
      JsonElement ids = object.map(o -> o.get("image_ids")).orElse(null);
      if (text.isEmpty() || ids == null || !ids.isJsonArray() || ids.getAsJsonArray().isEmpty()) {
        pending.add(
            SourcePair.malformed(
                row++,
                name,
                objects.line(),
                object.isEmpty()
                    ? "not a JSON object"
                    : text.isEmpty() ? "no text" : "no image_ids, so there is no pair"));
        return;
      }
      for (JsonElement id : ids.getAsJsonArray()) {
        String image = id.isJsonPrimitive() ? id.getAsString() : id.toString();
        pending.add(
            SourcePair.of(row++, name, objects.line(), text.get(), new StoredImage(image, lines)));
      }
    }

    @Override
    public void close() {
      objects.close();
      lines.close();
    }
  }
}
