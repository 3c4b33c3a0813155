package dev.lockstep.data;

/** The forms in which pairs are published. */
public enum SourceFormat {
  /** By the ending of each file. */
  AUTO,
  /** A header, then a row for each pair; {@code .csv}, and with tabs {@code .tsv}. */
  CSV,
  /** An object on each line; {@code .jsonl} or {@code .ndjson}. */
  JSONL,
  /** {@code X_texts.jsonl} beside {@code X_imgs.tsv}: MUGE, Flickr30K-CN, COCO-CN. */
  CHINESE_CLIP,
  /** Tars of images and texts of one name, as img2dataset writes them. */
  WEBDATASET,
  /** Columns of texts and images. */
  PARQUET
}
