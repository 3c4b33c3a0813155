package dev.lockstep.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Files of pairs, read one after the other.
 *
 * @param options how they are read
 */
record FilesSource(List<FilePairs> parts, String options) implements PairSource {

  @Override
  public String name() {
    String first = parts.get(0).file().toString();
    return parts.size() == 1 ? first : first + " and " + (parts.size() - 1) + " more";
  }

  @Override
  public List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (FilePairs part : parts) {
      files.add(part.file());
      if (part instanceof ChineseClipPairs pairs) {
        files.add(pairs.images());
      }
    }
    return files;
  }

  @Override
  public boolean namesImageFiles() {
    return parts.stream().anyMatch(FilePairs::namesImageFiles);
  }

  @Override
  public PairReader open() {
    return new Chained();
  }

  private final class Chained extends OneAhead {
    private final List<PairReader> stillNeeded = new ArrayList<>();
    private int opened;
    private PairReader current;
    private long rows;

    @Override
    SourcePair read() {
      while (current == null || !current.hasNext()) {
        leave();
        if (opened == parts.size()) {
          return null;
        }
        current = parts.get(opened++).open(rows);
      }
      rows++;
      return current.next();
    }

    private void leave() {
      if (current != null && parts.get(opened - 1).imagesNeedReader()) {
        stillNeeded.add(current);
      } else if (current != null) {
        current.close();
      }
      current = null;
    }

    @Override
    public void close() {
      leave();
      stillNeeded.forEach(PairReader::close);
      stillNeeded.clear();
    }
  }
}
