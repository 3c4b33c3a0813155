package dev.lockstep.data;

import dev.lockstep.data.Manifest.DroppedRow;
import dev.lockstep.data.Manifest.PreparedFile;
import dev.lockstep.data.Manifest.SourceFile;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Makes one folder of prepared data: all of it, or nothing. */
final class DatasetWriter implements AutoCloseable {
  private static final long MAX_KEPT_BYTES = 256L << 20;
  private static final int ROWS_AHEAD = 64;

  /** A row whose caption is good, so that its image is worth a look. */
  private record Candidate(
      SourcePair pair, Caption caption, int tokens, ImagesAhead.Coming image) {}

  private final Path folder;
  private final PreparedFolder files;
  private final StoreSpec store;
  private final WordPieceTokenizer tokenizer;
  private final PairSource source;
  private final PreparationListener listener;
  private final CaptionScreen captions;
  private final RepeatScreen repeats;
  private final Tally tally;
  private final EarlierImages earlier;
  private final SplitShards shards;
  private final ImageNotes notes;
  private final OutputStream droppedFile;
  private final OutputStream droppedLines;
  private final DroppedRows dropped;
  private final ScreenSheet sheet;

  DatasetWriter(
      Path folder,
      StoreSpec store,
      WordPieceTokenizer tokenizer,
      ShardSet.Disk disk,
      PairSource source,
      PreparationListener listener)
      throws IOException {
    this.folder = folder;
    this.files = new PreparedFolder(folder, disk);
    this.store = store;
    this.tokenizer = tokenizer;
    this.source = source;
    this.listener = listener;
    captions = new CaptionScreen(store.screen(), store.maxCaptionLength());
    repeats = new RepeatScreen(store.screen());
    tally = new Tally(tokenizer);
    files.clearNamed();
    earlier = new EarlierImages(folder, store.split());
    shards = new SplitShards(folder, store, disk);
    notes = new ImageNotes(disk.open(files.aside(ImageNotes.FILE)));
    droppedFile = disk.open(files.aside(Manifest.DROPPED));
    droppedLines = new BufferedOutputStream(droppedFile, 1 << 16);
    dropped = new DroppedRows(droppedLines);
    sheet = new ScreenSheet(store.background());
  }

  /**
   * Writes the shards in the order of the rows, then what belongs to them, and last the manifest.
   *
   * @param rows how many the source has; -1 where nobody has counted
   */
  void write(String digest, long rows) throws IOException {
    listener.onStart(source.name(), rows);
    if (earlier.count() > 0) {
      listener.onEarlier(earlier.count());
    }
    boolean whole = false;
    try {
      writeShards();
      finish(digest);
      whole = true;
    } catch (IOException e) {
      throw diskFailed(rows, e);
    } finally {
      if (!whole) {
        close();
        files.clear();
        Files.deleteIfExists(folder);
      }
    }
  }

  private void writeShards() throws IOException {
    Deque<Candidate> ahead = new ArrayDeque<>();
    try (PairReader pairs = source.open();
        PartsConverter converter = new PartsConverter(store);
        ImagesAhead images = new ImagesAhead(converter, MAX_KEPT_BYTES)) {
      while (pairs.hasNext()) {
        SourcePair pair = pairs.next();
        Caption caption = Caption.of(pair.text());
        int tokens = tokenizer.countTokens(caption.text());
        Optional<Finding> finding =
            pair.malformed()
                .map(fault -> new Finding(DropReason.ROW_MALFORMED, fault))
                .or(() -> captions.check(caption, tokens));
        if (finding.isPresent()) {
          drop(pair, finding.get());
          continue;
        }
        ahead.add(new Candidate(pair, caption, tokens, image(images, pair, caption)));
        if (ahead.size() >= ROWS_AHEAD) {
          decide(ahead.remove());
        }
      }
      while (!ahead.isEmpty()) {
        decide(ahead.remove());
      }
    }
    if (tally.kept() == 0) {
      throw nothingLeft();
    }
  }

  private ImagesAhead.Coming image(ImagesAhead images, SourcePair pair, Caption caption) {
    return earlier
        .take(pair.row(), caption)
        .map(image -> images.converted(pair.image(), image))
        .orElseGet(() -> images.begin(pair.image()));
  }

  private void decide(Candidate candidate) throws IOException {
    SourcePair pair = candidate.pair();
    ImageConverter.Converted image;
    try {
      image = candidate.image().get();
    } catch (UnusableImageException e) {
      drop(pair, new Finding(e.reason(), e.getMessage()));
      return;
    }
    Optional<Finding> finding = repeats.check(candidate.caption(), image, pair.row());
    if (finding.isPresent()) {
      drop(pair, finding.get());
      return;
    }
    String text = candidate.caption().text();
    ImageTextRecord record =
        new ImageTextRecord(
            image.bytes(),
            tokenizer.encode(text),
            candidate.caption().key(),
            image.imageKey(),
            pair.row(),
            text);
    shards.write(record);
    notes.add(pair.row(), image);
    tally.keep(record, candidate.tokens(), image);
    sheet.keep(pair);
    listener.onRow(rows(), dropped.count());
  }

  private void drop(SourcePair pair, Finding finding) throws IOException {
    dropped.add(pair, finding);
    sheet.drop(pair, finding);
    listener.onRow(rows(), dropped.count());
  }

  private void finish(String digest) throws IOException {
    List<PreparedFile> written = new ArrayList<>(shards.finish());
    droppedLines.flush();
    ShardSet.force(droppedFile);
    droppedFile.close();
    written.add(files.write(PreparedDataset.VOCABULARY, tokenizer.vocabulary().toBytes()));
    written.add(files.write(RecordIndex.FILE, shards.index().toBytes()));
    files.rename(Manifest.DROPPED);
    String html = sheet.toHtml(source.name(), rows(), tally.kept(), dropped.counts());
    files.write(ScreenSheet.FILE, html.getBytes(StandardCharsets.UTF_8));
    notes.close();
    files.clearAside();
    files.write(Manifest.FILE, manifest(digest, written).toJson().getBytes(StandardCharsets.UTF_8));
  }

  private Manifest manifest(String digest, List<PreparedFile> written) throws IOException {
    List<SourceFile> sources = new ArrayList<>();
    for (Path file : source.files()) {
      sources.add(new SourceFile(file.getFileName().toString(), Files.size(file)));
    }
    return new Manifest(
        Manifest.FORMAT_VERSION,
        digest,
        source.name(),
        sources,
        store.options(),
        store.encoding(),
        store.size(),
        store.split().scored().orElse(null),
        store.resize(),
        store.background().map(Background::toString).orElse("none"),
        tokenizer.spec().contextLength(),
        tokenizer.vocabulary().size(),
        rows(),
        tally.kept(),
        tally.captions(),
        tally.images(),
        tally.captionsCut(),
        tally.tokens(),
        tally.unknownTokens(),
        tally.statistics(),
        written,
        dropped.counts(),
        dropped.examples());
  }

  /** Rows so far, kept or dropped. */
  private long rows() {
    return tally.kept() + dropped.count();
  }

  private InvalidInputException nothingLeft() {
    if (rows() == 0) {
      return new InvalidInputException(
          source.name(), "there are no pairs in it", "give one row for each pair");
    }
    DroppedRow first = dropped.examples().get(0);
    return new InvalidInputException(
        source.name(),
        "not one of " + rows() + " rows can be used (" + dropped.reasons() + ")",
        "the first, "
            + (first.line() > 0 ? "on line " + first.line() : "row " + first.row())
            + " of "
            + first.file()
            + ": "
            + first.detail()
            + "; paths of images count from the folder of the file, or data.source.images");
  }

  private RunFailedException diskFailed(long allRows, IOException e) throws IOException {
    long needed = shards.bytes() * Math.max(allRows, rows()) / Math.max(1, rows());
    return new RunFailedException(
        shards.current() + " cannot be written: " + e.getMessage(),
        String.format(
            "the prepared data needs about %,d MiB, and %,d MiB are free; make room, or set"
                + " data.prepared to a folder on another disk. What was written is removed.",
            (needed >> 20) + 1, Files.getFileStore(folder).getUsableSpace() >> 20),
        e);
  }

  @Override
  public void close() throws IOException {
    earlier.close();
    shards.close();
    notes.close();
    droppedFile.close();
    sheet.close();
  }
}
