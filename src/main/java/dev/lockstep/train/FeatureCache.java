package dev.lockstep.train;

import dev.lockstep.input.FeatureStore;
import dev.lockstep.input.StoredFeatures;
import dev.lockstep.model.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.tensorflow.Session;

/**
 * What the fixed towers of a stage make of the data, found on the disk or computed. Where that
 * cannot be, the stage goes without and computes it in each step.
 */
final class FeatureCache implements AutoCloseable {
  private static final long TELL_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final FeatureCacheSpec spec;
  private final List<FeatureMaker> makers;
  private final List<FeatureStore> open = new ArrayList<>();

  FeatureCache(FeatureCacheSpec spec, List<FeatureMaker> makers) {
    this.spec = spec;
    this.makers = List.copyOf(makers);
  }

  /**
   * The features of all towers that the stage holds fixed.
   *
   * @param pairs that the stage is to take; 0 where nobody knows
   * @param stop asked while they are computed
   * @param tell where a line about each tower goes
   * @return nothing where one of them is not to be had
   */
  Optional<StoredFeatures> find(
      Session session, long pairs, BooleanSupplier stop, Consumer<String> tell) {
    close();
    Map<Side, FeatureStore> found = new EnumMap<>(Side.class);
    for (FeatureMaker maker : makers) {
      Optional<FeatureStore> store = find(session, maker, pairs, stop, tell);
      if (store.isEmpty()) {
        close();
        return Optional.empty();
      }
      found.put(maker.side(), store.get());
    }
    return Optional.of(
        new StoredFeatures(
            Optional.ofNullable(found.get(Side.IMAGE)), Optional.ofNullable(found.get(Side.TEXT))));
  }

  private Optional<FeatureStore> find(
      Session session,
      FeatureMaker maker,
      long pairs,
      BooleanSupplier stop,
      Consumer<String> tell) {
    Path file = maker.file(session);
    boolean isThere = Files.exists(file);
    if (!isThere && spec.mode() == FeatureCacheSpec.Mode.AUTO && isTooShort(maker, pairs)) {
      return Optional.empty();
    }
    String what = maker.side().label() + " features";
    try {
      Files.createDirectories(file.getParent());
      long room = Files.getFileStore(file.getParent()).getUsableSpace();
      long more = maker.bytes() - (isThere ? Files.size(file) : 0);
      if (more > room) {
        tell.accept(
            "%s: not stored, for %s would take %,d MiB and the disk has %,d; computed in each step"
                .formatted(what, file, more >> 20, room >> 20));
        return Optional.empty();
      }
      FeatureStore store = maker.open(file);
      open.add(store);
      return make(session, maker, store, isThere, stop, tell)
          ? Optional.of(store)
          : Optional.empty();
    } catch (IOException e) {
      tell.accept(
          "%s: %s cannot be used (%s); computed in each step"
              .formatted(what, file, e.getMessage()));
      return Optional.empty();
    }
  }

  /** Computing all of it ahead would cost more than the stage does. */
  private static boolean isTooShort(FeatureMaker maker, long pairs) {
    return pairs > 0 && pairs < maker.count();
  }

  /** Whether the store is complete. */
  private static boolean make(
      Session session,
      FeatureMaker maker,
      FeatureStore store,
      boolean isThere,
      BooleanSupplier stop,
      Consumer<String> tell)
      throws IOException {
    String what = maker.side().label() + " features";
    BitSet missing = store.missing();
    int all = maker.count();
    int absent = missing.cardinality();
    if (absent == 0) {
      tell.accept(
          "%s: %,d read from %s; the %s tower is not run"
              .formatted(what, all, store.file(), maker.side().label()));
      return true;
    }
    tell.accept(
        isThere
            ? "%s: %,d of %,d in %s are missing or damaged; computing them"
                .formatted(what, absent, all, store.file())
            : "%s: computing %,d once, for %s".formatted(what, all, store.file()));
    long start = System.nanoTime();
    long[] told = {start};
    maker.make(
        session,
        store,
        missing,
        stop,
        left -> {
          long now = System.nanoTime();
          if (now - told[0] >= TELL_EVERY_NANOS) {
            told[0] = now;
            tell.accept("%s: %,d of %,d left".formatted(what, left, all));
          }
        });
    if (!missing.isEmpty()) {
      tell.accept(
          "%s: stopped with %,d of %,d left; what is done is kept"
              .formatted(what, missing.cardinality(), all));
      return false;
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    tell.accept(
        "%s: computed in %.1f s, %.2f ms each, which each pair of the stage is now spared"
            .formatted(what, seconds, 1000 * seconds / absent));
    return true;
  }

  @Override
  public void close() {
    for (FeatureStore store : open) {
      try {
        store.close();
      } catch (IOException e) {
        // It was only read from: nothing is lost.
        continue;
      }
    }
    open.clear();
  }
}
