package dev.lockstep.data;

import dev.lockstep.data.Manifest.PreparedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;

/** A folder of prepared data while it is made: its files are written aside and renamed. */
final class PreparedFolder {
  private static final String NAMED =
      "((part|train|validation|test)-.*\\.tfrecord|vocab\\.txt|manifest\\.json|dropped\\.jsonl"
          + "|index\\.bin|images\\.bin|screen\\.html)";

  private static final String ASIDE = Pattern.quote(ShardSet.ASIDE);

  private final Path folder;
  private final ShardSet.Disk disk;

  PreparedFolder(Path folder, ShardSet.Disk disk) {
    this.folder = folder;
    this.disk = disk;
  }

  Path aside(String name) {
    return folder.resolve(name + ShardSet.ASIDE);
  }

  /** Writes one whole file. */
  PreparedFile write(String name, byte[] content) throws IOException {
    try (OutputStream out = disk.open(aside(name))) {
      out.write(content);
      ShardSet.force(out);
    }
    return rename(name);
  }

  /** Gives a file that was written aside its name. */
  PreparedFile rename(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.move(aside(name), file, StandardCopyOption.ATOMIC_MOVE);
    return new PreparedFile(name, null, 0, Files.size(file), PreparedDataset.crc32c(file));
  }

  /** Removes what an earlier or a failed preparation left in a folder without a manifest. */
  void clear() throws IOException {
    clear(NAMED + "(" + ASIDE + ")?");
  }

  /** Removes of it what has its name already, and leaves what is still aside. */
  void clearNamed() throws IOException {
    clear(NAMED);
  }

  /** Removes of it what is still aside. */
  void clearAside() throws IOException {
    clear(NAMED + ASIDE);
  }

  private void clear(String names) throws IOException {
    List<Path> leftovers;
    try (var files = Files.list(folder)) {
      leftovers = files.filter(file -> file.getFileName().toString().matches(names)).toList();
    }
    for (Path file : leftovers) {
      Files.delete(file);
    }
  }
}
