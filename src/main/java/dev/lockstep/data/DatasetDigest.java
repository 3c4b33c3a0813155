package dev.lockstep.data;

import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Names prepared data by all that it is made from: the CSV's bytes, the size and time of each image
 * file, the options and the vocabulary. Equal digests mean that nothing needs to be made again.
 */
final class DatasetDigest {
  private DatasetDigest() {}

  /** 64 hexadecimal digits. */
  static String of(PairsFile pairs, StoreSpec store, WordPieceTokenizer tokenizer) {
    MessageDigest sha256 = ContentKey.sha256();
    TokenizerSpec spec = tokenizer.spec();
    add(sha256, "format " + Manifest.FORMAT_VERSION);
    add(sha256, store.toString());
    // What a vocabulary was made with is in the vocabulary.
    add(
        sha256,
        String.join(
            " ",
            String.valueOf(spec.contextLength()),
            String.valueOf(spec.lowercase()),
            String.valueOf(spec.maxWordLength()),
            String.valueOf(spec.specialTokensInText())));
    sha256.update(tokenizer.vocabulary().toBytes());
    try (InputStream in = new DigestInputStream(Files.newInputStream(pairs.csv()), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path folder = pairs.csv().toAbsolutePath().getParent();
    Set<String> images = new LinkedHashSet<>();
    pairs.rows().forEach(row -> images.add(row.imagePath()));
    images.forEach(image -> add(sha256, image + " " + state(folder, image)));
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static String state(Path folder, String image) {
    try {
      BasicFileAttributes file =
          Files.readAttributes(folder.resolve(image), BasicFileAttributes.class);
      if (!file.isRegularFile()) {
        return "no file";
      }
      return file.size() + " " + file.lastModifiedTime().toMillis();
    } catch (IOException | InvalidPathException e) {
      return "missing";
    }
  }

  private static void add(MessageDigest digest, String text) {
    digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
