package dev.lockstep.data;

import dev.lockstep.config.Block;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One dataset of an experiment: a file, a pattern, a list of both, or a block that says more.
 *
 * @param files paths and patterns; or the folder of a dataset that is prepared already
 * @param source how they are read
 * @param weight how often its pairs are drawn, among the weights of the others; 0: all pairs of all
 *     datasets alike
 */
public record DatasetSpec(List<Path> files, SourceSpec source, double weight) {
  private static final String EXPECTED =
      "a path, a list of paths, or a list of blocks { files = ..., weight = ... }";

  /** A dataset in files that are read as usual. */
  public static DatasetSpec of(Path file) {
    return new DatasetSpec(List.of(file), SourceSpec.USUAL, 0);
  }

  /**
   * The datasets under a key.
   *
   * @param source how files are read that do not say it themselves
   */
  static List<DatasetSpec> listFrom(Block block, String key, SourceSpec source) {
    if (block.isBlock(key)) {
      return List.of(from(block.block(key), source));
    }
    if (block.isListOfBlocks(key)) {
      List<DatasetSpec> datasets =
          block.blocks(key).stream().map(dataset -> from(dataset, source)).toList();
      long weighted = datasets.stream().filter(dataset -> dataset.weight > 0).count();
      block.check(
          weighted == 0 || weighted == datasets.size(),
          key,
          "a weight for each dataset, or for none");
      return datasets;
    }
    List<Path> files = block.isList(key) ? paths(block, key) : List.of(block.path(key));
    return List.of(new DatasetSpec(files, source, 0));
  }

  private static DatasetSpec from(Block block, SourceSpec shared) {
    List<Path> files = block.isList("files") ? paths(block, "files") : List.of(block.path("files"));
    double weight = block.has("weight") ? block.number("weight", Double.MIN_NORMAL, 1e6) : 0;
    SourceSpec source = block.isBlock("source") ? SourceSpec.from(block.block("source")) : shared;
    return new DatasetSpec(files, source, weight);
  }

  private static List<Path> paths(Block block, String key) {
    List<Path> paths = block.paths(key, EXPECTED);
    block.check(!paths.isEmpty(), key, EXPECTED);
    return paths;
  }

  /** Whether the dataset is a folder of prepared data, made here or on another machine. */
  public boolean isPrepared() {
    return files.size() == 1 && Files.isRegularFile(files.get(0).resolve(Manifest.FILE));
  }

  /** What to call it in a message. */
  public String name() {
    return files.get(0) + (files.size() == 1 ? "" : " and " + (files.size() - 1) + " more");
  }

  /**
   * Its pairs.
   *
   * @throws dev.lockstep.error.InvalidInputException if a file is missing or of no known format
   */
  public PairSource pairs() {
    return source.source(files);
  }
}
