package dev.lockstep.objective;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.input.Batch;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.Encoded;
import dev.lockstep.model.Side;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.model.layer.Layers;
import dev.lockstep.tensorflow.Variables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * The model over a batch of a stage, of which an objective takes what it needs: a tower that nobody
 * asks for is not built.
 */
public final class Forward {
  private final Ops tf;
  private final Variables variables;
  private final DualEncoder model;
  private final Batch batch;
  private final LayerMode mode;
  private final String stage;
  private final Set<Side> learning;
  private final List<Op> updates = new ArrayList<>();
  private Encoded encoded;

  /**
   * @param stage the stage's name, for messages
   * @param learning the sides of which something learns
   */
  public Forward(
      Ops tf,
      Variables variables,
      DualEncoder model,
      Batch batch,
      LayerMode mode,
      String stage,
      Set<Side> learning) {
    this.tf = tf;
    this.variables = variables;
    this.model = model;
    this.batch = batch;
    this.mode = mode;
    this.stage = stage;
    this.learning = Set.copyOf(learning);
  }

  public Ops tf() {
    return tf;
  }

  public DualEncoder model() {
    return model;
  }

  public Batch batch() {
    return batch;
  }

  /** Whether something of a side learns. */
  public boolean learns(Side side) {
    return learning.contains(side);
  }

  /** What both towers make of the batch; of stored features where it has those. */
  public Encoded encoded() {
    if (encoded == null) {
      DualEncoder.Projected image =
          batch.imageFeatures() == null
              ? model.image(batch.images(), mode).repeated(tf, batch.captionsPerImage())
              : model.projectImage(batch.imageFeatures(), mode);
      DualEncoder.Projected text =
          batch.textFeatures() == null
              ? model.text(new Tokens(batch.inputIds(), batch.attentionMask()), mode)
              : model.projectText(batch.textFeatures(), mode);
      encoded = model.encoded(image, text);
      updates.addAll(encoded.updates());
    }
    return encoded;
  }

  /** The same batch, with what the towers made of it. */
  public Forward of(Encoded known) {
    Forward other = new Forward(tf, variables, model, batch, mode, stage, learning);
    other.encoded = known;
    return other;
  }

  /** The same, where an objective has asked for it. */
  public Optional<Encoded> encodedPairs() {
    return Optional.ofNullable(encoded);
  }

  /**
   * The image tower before its projection.
   *
   * @param images [batch, height, width, 3]
   * @return [batch, image tower's width]
   */
  public Operand<TFloat32> imageFeatures(Operand<TUint8> images) {
    DualEncoder.Featured featured = model.imageFeatures(images, mode);
    updates.addAll(featured.updates());
    return featured.features();
  }

  /**
   * The text tower before its tokens become one vector.
   *
   * @return [batch, tokens, text tower's width]
   */
  public Operand<TFloat32> textHiddenStates(Tokens tokens) {
    DualEncoder.Featured featured = model.textHiddenStates(tokens, mode);
    updates.addAll(featured.updates());
    return featured.features();
  }

  /** For layers of an objective's own; see {@link Objective#makeVariables}. */
  public Layers layers(String scope) {
    return new Layers(tf, variables, mode, scope);
  }

  /** What must run with a training step besides the optimizer. */
  public List<Op> updates() {
    return List.copyOf(updates);
  }

  /** The error for a stage that an objective is not for. */
  public InvalidInputException unsuited(String found, String advice) {
    return new InvalidInputException("stage " + stage, found, advice);
  }
}
