package dev.lockstep.serve.index;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import dev.lockstep.data.WholeFile;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which folders and files an index was made of, kept in its folder as {@code sources.json}. */
public final class RememberedSources {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final Path folder;
  private final Path file;

  /**
   * @param folder of the index
   */
  public RememberedSources(Path folder) {
    this.folder = folder;
    this.file = folder.resolve("sources.json");
  }

  /**
   * All that are known, in the order in which they were added.
   *
   * @throws InvalidInputException if one of them is not there any more
   */
  public List<ImageSource> all() {
    return paths().stream().map(Path::of).map(ImageSource::of).toList();
  }

  /** Adds those that are not known yet. */
  public void add(List<ImageSource> sources) {
    Set<String> paths = new LinkedHashSet<>(paths());
    if (paths.addAll(sources.stream().map(source -> source.path().toString()).toList())) {
      try {
        Files.createDirectories(folder);
        WholeFile.write(file, GSON.toJson(paths) + "\n");
      } catch (IOException e) {
        throw new RunFailedException(
            file + ": cannot be written: " + e.getMessage(), "see the folder's permissions", e);
      }
    }
  }

  private List<String> paths() {
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    try {
      return List.of(GSON.fromJson(Files.readString(file), String[].class));
    } catch (IOException | JsonParseException | NullPointerException e) {
      throw new InvalidInputException(
          file.toString(),
          "cannot be read: " + e.getMessage(),
          "delete it, and name the images anew with --images",
          e);
    }
  }
}
