package dev.lockstep.evaluate;

import com.google.gson.JsonPrimitive;
import dev.lockstep.model.Side;
import dev.lockstep.pretrained.Checkpoint;
import java.util.List;

/**
 * What stands over a tower that is published by itself.
 *
 * @param poolerWidth of a dense pooler
 * @param isProjected whether a projection into a common space follows
 */
record TowerHead(Pooler pooler, int poolerWidth, boolean isProjected) {

  /** What transformers gives as {@code pooler_output}. */
  enum Pooler {
    /** The tower's features, as CLIP's towers do. */
    FEATURES,
    /** A dense layer and tanh over the class token, as BERT and ViT do. */
    DENSE,
    /** The file has none, or one with another activation. */
    UNKNOWN
  }

  static TowerHead of(Checkpoint checkpoint, Side side) {
    String dense = side.label() + "/pooler/kernel";
    boolean isProjected = has(checkpoint, side.label() + "/projection/kernel");
    if (has(checkpoint, dense)) {
      String kernel = checkpoint.layout().tensors(dense).get(0);
      return new TowerHead(
          isTanh(checkpoint) ? Pooler.DENSE : Pooler.UNKNOWN,
          (int) checkpoint.shape(kernel).size(0),
          isProjected);
    }
    boolean wantsDense =
        has(checkpoint, "text/embeddings/segment") || has(checkpoint, "image/patch-embedding/bias");
    return new TowerHead(wantsDense ? Pooler.UNKNOWN : Pooler.FEATURES, 0, isProjected);
  }

  private static boolean has(Checkpoint checkpoint, String variable) {
    List<String> tensors = checkpoint.layout().tensors(variable);
    return !tensors.isEmpty() && tensors.stream().allMatch(checkpoint::has);
  }

  private static boolean isTanh(Checkpoint checkpoint) {
    return checkpoint
        .config()
        .map(config -> config.get("pooler_act"))
        .map(name -> name instanceof JsonPrimitive act && act.getAsString().equals("tanh"))
        .orElse(true);
  }
}
