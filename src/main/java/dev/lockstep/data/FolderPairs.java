package dev.lockstep.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The images under a folder. An image's text is the name of the folder that it lies in, as
 * collections for classification have it, and is empty for one that lies at the top. Links are
 * passed over: they may lead out of the folder.
 *
 * @param files in the order of their paths
 */
public record FolderPairs(Path folder, List<Path> files) implements PairSource {
  private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "gif", "bmp");

  /**
   * @throws dev.lockstep.error.InvalidInputException if the folder cannot be read
   */
  public static FolderPairs of(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    try (Stream<Path> files = Files.walk(absolute)) {
      return new FolderPairs(
          absolute,
          files
              .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .filter(file -> ENDINGS.contains(ending(file)))
              .sorted()
              .toList());
    } catch (IOException e) {
      throw TextInput.unreadable(folder, e);
    } catch (UncheckedIOException e) {
      throw TextInput.unreadable(folder, e.getCause());
    }
  }

  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public boolean namesImageFiles() {
    return true;
  }

  @Override
  public String options() {
    return "folder";
  }

  @Override
  public PairReader open() {
    Iterator<Path> rest = files.iterator();
    return new PairReader() {
      private long row;

      @Override
      public boolean hasNext() {
        return rest.hasNext();
      }

      @Override
      public SourcePair next() {
        Path file = rest.next();
        String name = folder.relativize(file).toString().replace('\\', '/');
        return SourcePair.of(row++, name, 0, label(file), new ImageFile(name, file));
      }

      @Override
      public void close() {
        // Nothing is held open between two images.
      }
    };
  }

  private String label(Path file) {
    Path within = folder.relativize(file).getParent();
    return within == null ? "" : within.getFileName().toString();
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
