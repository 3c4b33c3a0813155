package dev.lockstep.data;

import dev.lockstep.data.Manifest.DroppedRow;
import dev.lockstep.data.Manifest.PreparedFile;
import dev.lockstep.text.WordPieceTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts what a preparation keeps and drops, for the manifest. */
final class Tally {
  private final WordPieceTokenizer tokenizer;
  private final List<DroppedRow> dropped = new ArrayList<>();
  private final Map<String, Long> droppedByReason = new TreeMap<>();
  private final Set<Long> captions = new HashSet<>();
  private final Set<Long> images = new HashSet<>();
  private long kept;
  private long captionsCut;
  private long tokens;
  private long unknownTokens;

  Tally(WordPieceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  void keep(ImageTextRecord record) {
    kept++;
    captions.add(record.captionKey());
    images.add(record.imageKey());
    int[] ids = record.inputIds();
    tokens += ids.length - 2;
    for (int id : ids) {
      unknownTokens += id == tokenizer.vocabulary().unknownId() ? 1 : 0;
    }
    if (ids.length == tokenizer.spec().contextLength()
        && tokenizer.countTokens(record.text()) > ids.length - 2) {
      captionsCut++;
    }
  }

  void drop(PairsFile.Row row, DropReason reason, String detail) {
    dropped.add(new DroppedRow(row.number(), row.line(), row.imagePath(), reason, detail));
    droppedByReason.merge(reason.toString(), 1L, Long::sum);
  }

  /** Rows so far, kept or dropped. */
  long rows() {
    return kept + dropped.size();
  }

  long kept() {
    return kept;
  }

  /** In the order of the rows. */
  List<DroppedRow> dropped() {
    return dropped.stream().sorted(Comparator.comparingLong(DroppedRow::row)).toList();
  }

  /** "image-missing 12, caption-empty 1". */
  String reasons() {
    return String.join(
        ", ",
        droppedByReason.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
  }

  Manifest manifest(String digest, Path csv, StoreSpec store, List<PreparedFile> files) {
    return new Manifest(
        Manifest.FORMAT_VERSION,
        digest,
        csv.toAbsolutePath().toString(),
        store.encoding(),
        store.size(),
        store.resize(),
        store.background().map(Background::toString).orElse("none"),
        tokenizer.spec().contextLength(),
        tokenizer.vocabulary().size(),
        kept + dropped.size(),
        kept,
        captions.size(),
        images.size(),
        captionsCut,
        tokens,
        unknownTokens,
        files,
        droppedByReason,
        dropped());
  }
}
