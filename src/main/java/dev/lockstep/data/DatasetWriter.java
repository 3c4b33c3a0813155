package dev.lockstep.data;

import dev.lockstep.data.Manifest.DroppedRow;
import dev.lockstep.data.Manifest.PreparedFile;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes one folder of prepared data: all of it, or nothing. */
final class DatasetWriter {
  private static final long MAX_KEPT_BYTES = 256L << 20;

  /** A row whose caption is good, so that its image is worth a look. */
  private record Candidate(PairsFile.Row row, Caption caption, Path image) {}

  private final Path folder;
  private final StoreSpec store;
  private final WordPieceTokenizer tokenizer;
  private final ShardSet.Disk disk;
  private final Tally tally;

  DatasetWriter(Path folder, StoreSpec store, WordPieceTokenizer tokenizer, ShardSet.Disk disk) {
    this.folder = folder;
    this.store = store;
    this.tokenizer = tokenizer;
    this.disk = disk;
    this.tally = new Tally(tokenizer);
  }

  /** Writes the shards in the order of the rows, then the vocabulary, and last the manifest. */
  void write(PairsFile pairs, String digest, PreparationListener listener) throws IOException {
    ShardSet.clear(folder);
    listener.onStart(pairs.csv(), pairs.rows().size());
    try (ShardSet shards = new ShardSet(folder, store.shardBytes(), disk)) {
      try {
        writeShards(shards, pairs, listener);
        List<PreparedFile> files = new ArrayList<>(shards.finish());
        files.add(shards.writeFile(PreparedDataset.VOCABULARY, tokenizer.vocabulary().toBytes()));
        Manifest manifest = tally.manifest(digest, pairs.csv(), store, files);
        shards.writeFile(Manifest.FILE, manifest.toJson().getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw diskFailed(shards, pairs, e);
      }
    } catch (RuntimeException e) {
      ShardSet.clear(folder);
      Files.deleteIfExists(folder);
      throw e;
    }
  }

  private void writeShards(ShardSet shards, PairsFile pairs, PreparationListener listener)
      throws IOException {
    List<Candidate> candidates = candidates(pairs);
    List<Path> images = candidates.stream().map(Candidate::image).toList();
    try (ImageConverter converter = new ImageConverter(store);
        ImagesAhead ahead = new ImagesAhead(converter::convert, images, MAX_KEPT_BYTES)) {
      for (int i = 0; i < candidates.size(); i++) {
        Candidate candidate = candidates.get(i);
        try {
          ImageTextRecord record = record(candidate, ahead.get(i));
          shards.write(record.toBytes());
          tally.keep(record);
        } catch (UnusableImageException e) {
          tally.drop(candidate.row(), e.reason(), e.getMessage());
        }
        listener.onRow(tally.rows(), tally.rows() - tally.kept());
      }
    }
    if (tally.kept() == 0) {
      throw nothingLeft(pairs);
    }
  }

  private ImageTextRecord record(Candidate candidate, ImageConverter.Converted image) {
    Caption caption = candidate.caption();
    return new ImageTextRecord(
        image.bytes(),
        tokenizer.encode(caption.text()),
        caption.key(),
        image.imageKey(),
        candidate.row().number(),
        caption.text());
  }

  private List<Candidate> candidates(PairsFile pairs) {
    Path base = pairs.csv().toAbsolutePath().getParent();
    List<Candidate> candidates = new ArrayList<>();
    for (PairsFile.Row row : pairs.rows()) {
      Caption caption = Caption.of(row.text());
      Optional<Path> image = resolve(base, row.imagePath());
      if (row.malformed().isPresent()) {
        tally.drop(row, DropReason.ROW_MALFORMED, row.malformed().get());
      } else if (caption.length() == 0 || tokenizer.countTokens(caption.text()) == 0) {
        tally.drop(row, DropReason.CAPTION_EMPTY, "no token in it");
      } else if (caption.length() > store.maxCaptionLength()) {
        tally.drop(
            row,
            DropReason.CAPTION_TOO_LONG,
            caption.length()
                + " characters; data.max-caption-length is "
                + store.maxCaptionLength());
      } else if (image.isEmpty()) {
        tally.drop(row, DropReason.IMAGE_MISSING, "image_path is empty or no path");
      } else {
        candidates.add(new Candidate(row, caption, image.get()));
      }
    }
    return candidates;
  }

  private static Optional<Path> resolve(Path base, String imagePath) {
    try {
      return imagePath.isEmpty()
          ? Optional.empty()
          : Optional.of(base.resolve(imagePath).normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private InvalidInputException nothingLeft(PairsFile pairs) {
    DroppedRow first = tally.dropped().get(0);
    return new InvalidInputException(
        pairs.csv().toString(),
        "not one of " + pairs.rows().size() + " rows can be used (" + tally.reasons() + ")",
        "the first, on line "
            + first.line()
            + ": "
            + first.detail()
            + "; paths of images count from the folder of the CSV");
  }

  private RunFailedException diskFailed(ShardSet shards, PairsFile pairs, IOException e)
      throws IOException {
    long needed = shards.bytes() * pairs.rows().size() / Math.max(1, tally.rows());
    return new RunFailedException(
        shards.current() + " cannot be written: " + e.getMessage(),
        String.format(
            "the prepared data needs about %,d MiB, and %,d MiB are free; make room, or set"
                + " data.prepared to a folder on another disk. What was written is removed.",
            (needed >> 20) + 1, Files.getFileStore(folder).getUsableSpace() >> 20),
        e);
  }
}
