package dev.lockstep.experiment;

import com.google.common.hash.Funnels;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.lockstep.config.JsonText;
import dev.lockstep.error.RunFailedException;
import dev.lockstep.pretrained.Checkpoint;
import dev.lockstep.pretrained.PretrainedSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Which checkpoints a run began with, for its provenance. */
final class PretrainedOrigins {
  private static final String KEY = "pretrained";

  private PretrainedOrigins() {}

  /** Reads the files whole, for their digests. */
  static Map<String, Provenance.Pretrained> of(PretrainedSpec spec) {
    Map<Path, String> digests = new TreeMap<>();
    Map<String, Provenance.Pretrained> origins = new TreeMap<>();
    spec.bySide()
        .forEach(
            (side, path) ->
                origins.put(
                    side.label(),
                    new Provenance.Pretrained(
                        path.toString(),
                        digests.computeIfAbsent(path, PretrainedOrigins::digest))));
    return origins;
  }

  /** What was noted when the run began: a run that goes on does not need the files any more. */
  static Map<String, Provenance.Pretrained> noted(Path provenance) {
    try {
      return JsonText.read(Files.readString(provenance), PretrainedOrigins::noted);
    } catch (IOException | JsonParseException e) {
      throw new RunFailedException(
          provenance + ": it cannot be read: " + e.getMessage(), "start over with --fresh", e);
    }
  }

  private static Map<String, Provenance.Pretrained> noted(JsonObject provenance) {
    Map<String, Provenance.Pretrained> origins = new TreeMap<>();
    if (provenance.get(KEY) instanceof JsonObject bySide) {
      bySide
          .asMap()
          .forEach(
              (side, origin) ->
                  origins.put(side, new Gson().fromJson(origin, Provenance.Pretrained.class)));
    }
    return origins;
  }

  private static String digest(Path path) {
    Hasher hasher = Hashing.sha256().newHasher();
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      for (Path file : checkpoint.files()) {
        MoreFiles.asByteSource(file).copyTo(Funnels.asOutputStream(hasher));
      }
    } catch (IOException e) {
      throw new RunFailedException(
          path + ": it cannot be read: " + e.getMessage(), "see that it was copied whole", e);
    }
    return hasher.hash().toString();
  }
}
