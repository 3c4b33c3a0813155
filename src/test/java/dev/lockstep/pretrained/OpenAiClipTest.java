package dev.lockstep.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.model.Reference;
import dev.lockstep.model.Side;
import dev.lockstep.pretrained.layout.LayoutTensors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/**
 * The weights of transformers' CLIPModel under OpenAI's names, as transformers' own script for
 * converting CLIP ({@code convert_clip_original_pytorch_to_hf.py}) has them, give the same
 * variables.
 */
class OpenAiClipTest {
  private static final int LAYERS = 2;

  @TempDir Path folder;
  private final Map<String, Shape> shapes = new HashMap<>();
  private final Map<String, float[]> values = new HashMap<>();

  @Test
  void bothLayoutsGiveTheSameVariables() {
    Path file = folder.resolve("openai.safetensors");
    try (Checkpoint transformers =
        Checkpoint.open(Resources.path("references/transformers-clip"))) {
      rename(transformers, "vision_model.", "visual.transformer.resblocks.");
      rename(transformers, "text_model.", "transformer.resblocks.");
      transposed(transformers, "visual_projection.weight", "visual.proj");
      transposed(transformers, "text_projection.weight", "text_projection");
      copied(
          transformers,
          Map.of(
              "logit_scale", "logit_scale",
              "vision_model.embeddings.class_embedding", "visual.class_embedding",
              "vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight",
              "vision_model.embeddings.position_embedding.weight", "visual.positional_embedding",
              "vision_model.pre_layrnorm.weight", "visual.ln_pre.weight",
              "vision_model.post_layernorm.bias", "visual.ln_post.bias",
              "text_model.embeddings.token_embedding.weight", "token_embedding.weight",
              "text_model.embeddings.position_embedding.weight", "positional_embedding",
              "text_model.final_layer_norm.weight", "ln_final.weight"));
      SafetensorsWriter.write(file, shapes, values::get);

      try (Checkpoint openAi = Checkpoint.open(file)) {
        assertThat(openAi.layout().label()).isEqualTo("OpenAI's CLIP (ViT)");
        Map<String, Shape> variables = variables();
        ImportPlan expected = plan(transformers, variables);
        ImportPlan actual = plan(openAi, variables);
        assertThat(actual.table().leftOver()).isEmpty();
        for (String variable : variables.keySet()) {
          assertThat(actual.value(variable)).as(variable).isEqualTo(expected.value(variable));
        }
        LayoutTensors back = new LayoutTensors(openAi.layout(), variables, expected::value);
        assertThat(back.shapes()).isEqualTo(shapes);
        values.forEach((name, tensor) -> assertThat(back.value(name)).isEqualTo(tensor));
      }
    }
  }

  private static ImportPlan plan(Checkpoint checkpoint, Map<String, Shape> variables) {
    return CheckpointImporter.plan(checkpoint, variables, Set.of(Side.IMAGE, Side.TEXT), List.of());
  }

  private void rename(Checkpoint from, String tower, String blocks) {
    for (int layer = 0; layer < LAYERS; layer++) {
      String theirs = tower + "encoder.layers." + layer + ".";
      String ours = blocks + layer + ".";
      for (String end : List.of("weight", "bias")) {
        copy(from, theirs + "self_attn.out_proj." + end, ours + "attn.out_proj." + end);
        copy(from, theirs + "layer_norm1." + end, ours + "ln_1." + end);
        copy(from, theirs + "layer_norm2." + end, ours + "ln_2." + end);
        copy(from, theirs + "mlp.fc1." + end, ours + "mlp.c_fc." + end);
        copy(from, theirs + "mlp.fc2." + end, ours + "mlp.c_proj." + end);
        String joined = ours + "attn.in_proj_" + end;
        List<float[]> parts =
            List.of("q", "k", "v").stream()
                .map(part -> from.floats(theirs + "self_attn." + part + "_proj." + end))
                .toList();
        values.put(joined, Reference.concatenated(parts));
        long[] shape = from.shape(theirs + "self_attn.q_proj." + end).asArray();
        shape[0] *= 3;
        shapes.put(joined, Shape.of(shape));
      }
    }
  }

  private void copied(Checkpoint from, Map<String, String> names) {
    names.forEach((theirs, ours) -> copy(from, theirs, ours));
  }

  private void copy(Checkpoint from, String theirs, String ours) {
    shapes.put(ours, from.shape(theirs));
    values.put(ours, from.floats(theirs));
  }

  private void transposed(Checkpoint from, String theirs, String ours) {
    Shape shape = from.shape(theirs);
    shapes.put(ours, Shape.of(shape.size(1), shape.size(0)));
    values.put(
        ours, Reference.transposed(from.floats(theirs), (int) shape.size(0), (int) shape.size(1)));
  }

  private static Map<String, Shape> variables() {
    Map<String, Shape> variables = new LinkedHashMap<>();
    variables.put("shared/logit-scale", Shape.scalar());
    variables.put("image/class-embedding", Shape.of(32));
    variables.put("image/patch-embedding/kernel", Shape.of(4, 4, 3, 32));
    variables.put("image/position-embedding", Shape.of(17, 32));
    variables.put("image/pre-norm/scale", Shape.of(32));
    variables.put("image/post-norm/offset", Shape.of(32));
    variables.put("image/projection/kernel", Shape.of(32, 28));
    variables.put("text/embeddings/word", Shape.of(400, 24));
    variables.put("text/embeddings/position", Shape.of(11, 24));
    variables.put("text/final-norm/scale", Shape.of(24));
    variables.put("text/projection/kernel", Shape.of(24, 28));
    addBlocks(variables, "image/encoder/", 32, 72);
    addBlocks(variables, "text/encoder/", 24, 56);
    return variables;
  }

  private static void addBlocks(
      Map<String, Shape> variables, String encoder, long hidden, long intermediate) {
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = encoder + layer + "/";
      for (String norm : List.of("attention-norm", "mlp-norm")) {
        variables.put(block + norm + "/scale", Shape.of(hidden));
        variables.put(block + norm + "/offset", Shape.of(hidden));
      }
      addDense(variables, block + "attention/query-key-value", hidden, 3 * hidden);
      addDense(variables, block + "attention/output", hidden, hidden);
      addDense(variables, block + "mlp/up", hidden, intermediate);
      addDense(variables, block + "mlp/down", intermediate, hidden);
    }
  }

  private static void addDense(Map<String, Shape> variables, String name, long in, long out) {
    variables.put(name + "/kernel", Shape.of(in, out));
    variables.put(name + "/bias", Shape.of(out));
  }
}
