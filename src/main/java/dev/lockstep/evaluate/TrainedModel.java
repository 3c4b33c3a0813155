package dev.lockstep.evaluate;

import dev.lockstep.data.PreparedDataset;
import dev.lockstep.input.BatchIterator;
import dev.lockstep.input.InputPipeline;
import dev.lockstep.input.InputSpec;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.tensorflow.VariableSource;
import dev.lockstep.tensorflow.Variables;
import java.util.function.Consumer;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/** A model with its values, in a graph without anything of training, over one dataset. */
public final class TrainedModel implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final BatchIterator iterator;
  private final PairEmbedder embedder;

  /**
   * @param variables where the values are from
   * @param pairs what {@link #embed} embeds; its vocabulary must be the model's
   * @throws dev.lockstep.error.InvalidInputException if the values are missing or of another model
   */
  public TrainedModel(
      ModelSpec spec,
      VariableSource variables,
      PreparedDataset pairs,
      int imageSize,
      InputSpec input,
      int batchSize,
      ConfigProto config) {
    Ops tf = Ops.create(graph);
    Variables made = new Variables(tf, 0);
    DualEncoder model = new DualEncoder(tf, made, spec, pairs.vocabulary().size());
    iterator = new BatchIterator(tf, imageSize);
    embedder =
        new PairEmbedder(
            model, iterator, InputPipeline.evaluation(iterator, pairs, input, batchSize));
    Consumer<Session> filling = variables.into(tf, made.all());
    session = new Session(graph, config);
    try {
      filling.accept(session);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Embeds the dataset. */
  public EmbeddedPairs embed() {
    return embedder.embed(session);
  }

  /** Embeds the first batch of the dataset, and gives it together with what was embedded. */
  public EmbeddedBatch embedFirstBatch() {
    return embedder.embedFirstBatch(session);
  }

  @Override
  public void close() {
    iterator.close();
    session.close();
    graph.close();
  }
}
