package dev.lockstep.data;

import dev.lockstep.text.CharacterClasses;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Names prepared data by all that it is made from: the bytes of the files of pairs, the size and
 * time of each image file, the options and the vocabulary; of files that hold the images
 * themselves, their size and time. Equal digests mean that nothing needs to be made again.
 *
 * @param hex 64 hexadecimal digits
 * @param rows of the source, where they had to be read; -1 where not
 */
record DatasetDigest(String hex, long rows) {

  static DatasetDigest of(PairSource source, StoreSpec store, WordPieceTokenizer tokenizer) {
    MessageDigest sha256 = ContentKey.sha256();
    TokenizerSpec spec = tokenizer.spec();
    add(sha256, "format " + Manifest.FORMAT_VERSION);
    add(sha256, store.toString());
    add(sha256, source.options());
    // What a vocabulary was made with is in the vocabulary.
    add(
        sha256,
        String.join(
            " ",
            String.valueOf(spec.contextLength()),
            String.valueOf(spec.lowercase()),
            String.valueOf(spec.maxWordLength()),
            String.valueOf(spec.specialTokensInText())));
    if (spec.characters() != CharacterClasses.GOOGLE) {
      add(sha256, spec.characters().name());
    }
    sha256.update(tokenizer.vocabulary().toBytes());
    for (Path file : source.files()) {
      if (source.namesImageFiles()) {
        addContent(sha256, file);
      } else {
        add(sha256, file.getFileName() + " " + state(file));
      }
    }
    long rows = source.namesImageFiles() ? addImages(sha256, source) : -1;
    return new DatasetDigest(HexFormat.of().formatHex(sha256.digest()), rows);
  }

  private static void addContent(MessageDigest sha256, Path file) {
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw TextInput.unreadable(file, e);
    }
  }

  /** Of the many rows of an image that follow each other, one look at the file is enough. */
  private static long addImages(MessageDigest sha256, PairSource source) {
    long rows = 0;
    Path last = null;
    try (PairReader pairs = source.open()) {
      for (; pairs.hasNext(); rows++) {
        if (pairs.next().image() instanceof ImageFile image && !image.path().equals(last)) {
          last = image.path();
          add(sha256, image.name() + " " + state(last));
        }
      }
    }
    return rows;
  }

  private static String state(Path path) {
    try {
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      if (!file.isRegularFile()) {
        return "no file";
      }
      return file.size() + " " + file.lastModifiedTime().toMillis();
    } catch (IOException e) {
      return "missing";
    }
  }

  private static void add(MessageDigest digest, String text) {
    digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
