package dev.lockstep.experiment;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.io.File;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tensorflow.TensorFlow;

/**
 * Where a run comes from: enough to say, a year later, why two runs differ.
 *
 * @param started when the process began
 * @param command the words of the command line, without {@code lockstep}
 * @param java the version and vendor of the JVM
 * @param tensorFlow the version of the native library
 * @param libraries names of the jars on the class path, in alphabetical order
 * @param seeds by what they are for
 * @param pretrained by side, the checkpoint that its tower began with
 * @param data by split, the digest of the manifest of the prepared data
 */
public record Provenance(
    Instant started,
    List<String> command,
    CodeVersion code,
    String java,
    String tensorFlow,
    List<String> libraries,
    Machine machine,
    SortedMap<String, Long> seeds,
    SortedMap<String, Pretrained> pretrained,
    SortedMap<String, String> data) {

  /**
   * @param sha256 of the files of weights, one after the other
   */
  public record Pretrained(String path, String sha256) {}

  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .serializeNulls()
          .registerTypeAdapter(
              Instant.class,
              (JsonSerializer<Instant>) (at, type, context) -> new JsonPrimitive(at.toString()))
          .registerTypeHierarchyAdapter(
              Optional.class,
              (JsonSerializer<Optional<?>>)
                  (value, type, context) ->
                      value.isPresent() ? context.serialize(value.get()) : JsonNull.INSTANCE)
          .create();

  public static Builder builder() {
    return new Builder();
  }

  /** A JSON object, indented for people. */
  public String toJson() {
    return GSON.toJson(this);
  }

  /** Collects what only the caller knows; the rest is asked of the process. */
  public static final class Builder {
    private final List<String> command = new ArrayList<>();
    private final List<String> gpus = new ArrayList<>();
    private final SortedMap<String, Long> seeds = new TreeMap<>();
    private final SortedMap<String, Pretrained> pretrained = new TreeMap<>();
    private final SortedMap<String, String> data = new TreeMap<>();

    private Builder() {}

    public Builder command(List<String> words) {
      command.addAll(words);
      return this;
    }

    public Builder gpus(List<String> names) {
      gpus.addAll(names);
      return this;
    }

    public Builder seed(String purpose, long seed) {
      seeds.put(purpose, seed);
      return this;
    }

    public Builder pretrained(Map<String, Pretrained> bySide) {
      pretrained.putAll(bySide);
      return this;
    }

    public Builder data(String split, String manifestDigest) {
      data.put(split, manifestDigest);
      return this;
    }

    /** Asks the process, git and TensorFlow for the rest. */
    public Provenance build() {
      return new Provenance(
          ProcessHandle.current().info().startInstant().orElseGet(Instant::now),
          List.copyOf(command),
          CodeVersion.ofThisProcess(),
          System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
          TensorFlow.version(),
          jars(System.getProperty("java.class.path")),
          Machine.ofThisProcess(gpus),
          new TreeMap<>(seeds),
          new TreeMap<>(pretrained),
          new TreeMap<>(data));
    }
  }

  static List<String> jars(String classPath) {
    return Stream.of(classPath.split(Pattern.quote(File.pathSeparator), -1))
        .filter(entry -> entry.endsWith(".jar"))
        .map(entry -> Path.of(entry).getFileName().toString().replaceFirst("\\.jar$", ""))
        .sorted()
        .toList();
  }
}
