package dev.lockstep.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import dev.lockstep.error.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads a file and what it includes. The library takes an included file that is missing for an
 * empty one; here each must be there, by its whole name, and its path counts from the file that
 * includes it.
 */
final class Includes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
  private static final String ENDING = ".conf";

  /** The file of the command line, what it includes, and so on to the file that is being read. */
  private final List<Path> chain;

  private Includes(List<Path> chain) {
    this.chain = chain;
  }

  /** The file with its includes, its substitutions still to be resolved. */
  static Config read(Path file) {
    check(file, file.toString(), "", "give the path of an experiment file");
    return read(List.of(file.toAbsolutePath().normalize()));
  }

  private static Config read(List<Path> chain) {
    Path file = chain.get(chain.size() - 1);
    return ConfigFactory.parseFile(
        file.toFile(),
        ConfigParseOptions.defaults()
            .setSyntax(ConfigSyntax.CONF)
            .setAllowMissing(false)
            .setIncluder(new Includes(chain)));
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    Path includer = chain.get(chain.size() - 1);
    Path file = includer.resolveSibling(what).normalize();
    String found = "include \"" + what + "\": ";
    check(file, place(what), found, "the path counts from the file that includes it");
    List<Path> longer = new ArrayList<>(chain);
    longer.add(file);
    if (chain.contains(file)) {
      throw new InvalidInputException(
          place(what),
          found + "this goes round in a circle",
          String.join(" includes ", longer.stream().map(Place::relative).toList()));
    }
    return read(longer).root();
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return include(context, what.getPath());
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    throw notAFile("url", what.toString());
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    throw notAFile("classpath", what);
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  private InvalidInputException notAFile(String kind, String what) {
    return new InvalidInputException(
        place(what),
        "include " + kind + "(\"" + what + "\") is not possible here",
        "include a file by its path: include \"../conf/models/tiny.conf\"");
  }

  /** The line of the include, which the library does not tell. */
  private String place(String what) {
    Path includer = chain.get(chain.size() - 1);
    try {
      List<String> lines = Files.readAllLines(includer);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).contains("include") && lines.get(i).contains(what)) {
          return Place.relative(includer) + ":" + (i + 1);
        }
      }
    } catch (IOException e) {
      // The file was read a moment ago; without it the message only lacks the line.
    }
    return Place.relative(includer);
  }

  private static void check(Path file, String where, String found, String advice) {
    String fault = fault(file);
    if (fault != null) {
      String meant = similar(file).map(name -> "did you mean " + name + "? ").orElse("");
      throw new InvalidInputException(where, found + fault, meant + advice);
    }
  }

  private static String fault(Path file) {
    if (Files.isDirectory(file)) {
      return "this is a folder, not a file";
    }
    if (!Files.exists(file)) {
      return "there is no such file";
    }
    try {
      Files.readString(file);
      return null;
    } catch (CharacterCodingException e) {
      return "this is not a text in UTF-8";
    } catch (IOException e) {
      return "the file cannot be read (" + e + ")";
    }
  }

  /** The file beside a missing one whose name is much the same, or the same but for the ending. */
  private static Optional<String> similar(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.exists(file) || !Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(ENDING)).toList();
      return Spelling.nearest(
              withoutEnding(file.getFileName().toString()),
              names.stream().map(Includes::withoutEnding).toList())
          .map(name -> name + ENDING);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String withoutEnding(String name) {
    return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
  }
}
