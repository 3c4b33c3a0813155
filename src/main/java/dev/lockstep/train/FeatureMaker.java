package dev.lockstep.train;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.lockstep.input.AugmentSpec;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.BatchLayout;
import dev.lockstep.input.FeatureStore;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Side;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.Precision;
import dev.lockstep.tensorflow.Variable;
import dev.lockstep.tensorflow.VariableValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The part of a graph that computes what a fixed tower makes of each record, up to its projection,
 * and the file that it belongs into: beside the prepared data, under a digest of the tower's
 * weights, the data, and all that is done to it before.
 */
final class FeatureMaker implements AutoCloseable {
  private static final String FOLDER = "features";
  private static final int FORMAT = 1;

  private final TrainingSetup setup;
  private final Side side;
  private final AugmentSpec augment;
  private final int views;
  private final int width;
  private final long seed;
  private final BatchIterator iterator;
  private final InputPipeline pipeline;
  private final Operand<TFloat32> features;
  private final List<Variable> weights;

  /**
   * @param variables of the model
   * @param augment of the images; none for texts
   * @param views of each record
   * @param seed of the augmentation
   */
  FeatureMaker(
      TrainingSetup setup,
      Ops tf,
      DualEncoder model,
      List<Variable> variables,
      Side side,
      AugmentSpec augment,
      int views,
      long seed) {
    this.setup = setup;
    this.side = side;
    this.augment = augment;
    this.views = views;
    this.seed = seed;
    this.width = model.featureSize(side);
    boolean image = side == Side.IMAGE;
    iterator = new BatchIterator(tf, BatchLayout.only(setup.imageSize(), image));
    pipeline =
        InputPipeline.views(
            iterator,
            setup.training(),
            setup.input().withAugment(augment),
            setup.evaluate().batchSize(),
            views,
            seed);
    LayerMode mode = LayerMode.evaluation(setup.precision() == Precision.BFLOAT16);
    features =
        image
            ? model.imageFeatures(iterator.next().images(), mode).features()
            : model
                .textFeatures(
                    new Tokens(iterator.next().inputIds(), iterator.next().attentionMask()), mode)
                .features();
    String tower = side.label() + "/";
    weights =
        variables.stream()
            .filter(v -> v.name().startsWith(tower) && !Side.isProjection(v.name()))
            .toList();
  }

  Side side() {
    return side;
  }

  /** How many vectors there are. */
  int count() {
    return Math.toIntExact(views * pipeline.records());
  }

  long bytes() {
    return FeatureStore.bytes(width, views, Math.toIntExact(pipeline.records()));
  }

  /** Where the features of the tower belong, with its weights as they are in the session. */
  Path file(Session session) {
    Hasher hasher = Hashing.sha256().newHasher().putInt(FORMAT).putInt(setup.imageSize());
    Object tower = side == Side.IMAGE ? setup.model().image() : setup.model().text();
    for (Object part :
        List.of(
            side,
            tower,
            setup.model().pixelMean(),
            setup.model().pixelDeviation(),
            setup.training().digest(),
            setup.precision(),
            augment,
            views,
            augment.isNone() ? 0 : seed)) {
      hasher.putString(part + "\n", StandardCharsets.UTF_8);
    }
    hasher.putBytes(setup.training().vocabulary().toBytes());
    hasher.putLong(weightsDigest(session));
    return setup
        .training()
        .parts()
        .get(0)
        .folder()
        .resolveSibling(FOLDER)
        .resolve(side.label() + "-" + hasher.hash().toString().substring(0, 16) + ".bin");
  }

  private long weightsDigest(Session session) {
    Session.Runner runner = session.runner();
    weights.forEach(weight -> runner.fetch(weight.value()));
    Hasher hasher = Hashing.murmur3_128().newHasher();
    try (Result values = runner.run()) {
      for (int i = 0; i < weights.size(); i++) {
        hasher.putString(weights.get(i).name(), StandardCharsets.UTF_8);
        byte[] bytes = new byte[Math.toIntExact(values.get(i).numBytes())];
        values.get(i).asRawTensor().data().read(bytes);
        hasher.putBytes(bytes);
      }
    }
    return hasher.hash().asLong();
  }

  FeatureStore open(Path file) throws IOException {
    return FeatureStore.open(file, width, views, Math.toIntExact(pipeline.records()));
  }

  /**
   * Computes what is missing.
   *
   * @param stop asked after each batch; where it says yes, the rest is left out
   * @param progress is told how many vectors are still missing
   */
  void make(
      Session session,
      FeatureStore store,
      BitSet missing,
      BooleanSupplier stop,
      IntConsumer progress)
      throws IOException {
    int batch = pipeline.batchSize();
    long started = -1;
    for (int next = missing.nextSetBit(0);
        next >= 0 && !stop.getAsBoolean();
        next = missing.nextSetBit(next)) {
      long number = next / batch;
      if (number != started) {
        pipeline.start(session, number * batch);
      }
      try (Result result = session.runner().fetch(features).run()) {
        float[] vectors = VariableValues.floats((TFloat32) result.get(0));
        store.write(number * batch, vectors);
        int end = Math.toIntExact(number * batch + vectors.length / width);
        missing.clear(Math.toIntExact(number * batch), end);
      }
      started = number + 1;
      progress.accept(missing.cardinality());
    }
    store.force();
  }

  @Override
  public void close() {
    iterator.close();
  }
}
