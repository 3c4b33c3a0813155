package dev.lockstep.model;

import dev.lockstep.pretrained.SafetensorsFile;
import dev.lockstep.tensorflow.Variable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.ndarray.Shape;

/**
 * The names that another library has for Lockstep's variables, a rule a line: ours, theirs, and
 * {@code as-is} for a matrix that is [in, out] with them too. A star is any number; {@code {a,b,c}}
 * are three tensors that are one with us. A rule for {@code x} serves {@code x/kernel}, {@code
 * x/bias} and so on too.
 */
record Layout(String rules) {
  private static final Map<String, String> ENDINGS =
      Map.of(
          "", "",
          "/kernel", ".weight",
          "/scale", ".weight",
          "/bias", ".bias",
          "/offset", ".bias",
          "/running-mean", ".running_mean",
          "/running-variance", ".running_var");

  static final Layout TRANSFORMERS_BERT =
      new Layout(
          """
          text/embeddings/word embeddings.word_embeddings.weight
          text/embeddings/position embeddings.position_embeddings.weight
          text/embeddings/segment embeddings.token_type_embeddings.weight
          text/embeddings/norm embeddings.LayerNorm
          text/encoder/*/attention/query-key-value encoder.layer.*.attention.self.{query,key,value}
          text/encoder/*/attention/output encoder.layer.*.attention.output.dense
          text/encoder/*/attention-norm encoder.layer.*.attention.output.LayerNorm
          text/encoder/*/mlp/up encoder.layer.*.intermediate.dense
          text/encoder/*/mlp/down encoder.layer.*.output.dense
          text/encoder/*/mlp-norm encoder.layer.*.output.LayerNorm
          text/pooler pooler.dense
          """);

  static final Layout TRANSFORMERS_VIT =
      new Layout(
          """
          image/class-embedding embeddings.cls_token
          image/patch-embedding embeddings.patch_embeddings.projection
          image/position-embedding embeddings.position_embeddings
          image/encoder/*/attention/query-key-value encoder.layer.*.attention.attention.{query,key,value}
          image/encoder/*/attention/output encoder.layer.*.attention.output.dense
          image/encoder/*/attention-norm encoder.layer.*.layernorm_before
          image/encoder/*/mlp/up encoder.layer.*.intermediate.dense
          image/encoder/*/mlp/down encoder.layer.*.output.dense
          image/encoder/*/mlp-norm encoder.layer.*.layernorm_after
          image/post-norm layernorm
          """);

  static final Layout TRANSFORMERS_RESNET =
      new Layout(
          """
          image/stem/convolution/norm embedder.embedder.normalization
          image/stem/convolution embedder.embedder.convolution
          image/stage/*/*/shortcut/norm encoder.stages.*.layers.*.shortcut.normalization
          image/stage/*/*/shortcut encoder.stages.*.layers.*.shortcut.convolution
          image/stage/*/*/*/norm encoder.stages.*.layers.*.layer.*.normalization
          image/stage/*/*/* encoder.stages.*.layers.*.layer.*.convolution
          """);

  private static final Layout TRANSFORMERS_CLIP_IMAGE =
      new Layout(
          """
          shared/logit-scale logit_scale
          image/projection visual_projection
          text/projection text_projection
          image/class-embedding vision_model.embeddings.class_embedding
          image/patch-embedding vision_model.embeddings.patch_embedding
          image/position-embedding vision_model.embeddings.position_embedding.weight
          image/pre-norm vision_model.pre_layrnorm
          image/encoder/*/attention/query-key-value vision_model.encoder.layers.*.self_attn.{q_proj,k_proj,v_proj}
          image/encoder/*/attention/output vision_model.encoder.layers.*.self_attn.out_proj
          image/encoder/*/attention-norm vision_model.encoder.layers.*.layer_norm1
          image/encoder/*/mlp/up vision_model.encoder.layers.*.mlp.fc1
          image/encoder/*/mlp/down vision_model.encoder.layers.*.mlp.fc2
          image/encoder/*/mlp-norm vision_model.encoder.layers.*.layer_norm2
          image/post-norm vision_model.post_layernorm
          """);

  static final Layout TRANSFORMERS_CHINESE_CLIP =
      TRANSFORMERS_CLIP_IMAGE.and(TRANSFORMERS_BERT.under("text_model."));

  static final Layout TRANSFORMERS_CLIP =
      TRANSFORMERS_CLIP_IMAGE.and(
          new Layout(
              """
              text/embeddings/word text_model.embeddings.token_embedding.weight
              text/embeddings/position text_model.embeddings.position_embedding.weight
              text/encoder/*/attention/query-key-value text_model.encoder.layers.*.self_attn.{q_proj,k_proj,v_proj}
              text/encoder/*/attention/output text_model.encoder.layers.*.self_attn.out_proj
              text/encoder/*/attention-norm text_model.encoder.layers.*.layer_norm1
              text/encoder/*/mlp/up text_model.encoder.layers.*.mlp.fc1
              text/encoder/*/mlp/down text_model.encoder.layers.*.mlp.fc2
              text/encoder/*/mlp-norm text_model.encoder.layers.*.layer_norm2
              text/final-norm text_model.final_layer_norm
              """));

  private static final Layout CN_CLIP_TEXT =
      new Layout(
              """
              shared/logit-scale logit_scale
              text/projection/kernel text_projection as-is
              """)
          .and(TRANSFORMERS_BERT.under("bert."));

  static final Layout CN_CLIP_VIT =
      CN_CLIP_TEXT.and(
          new Layout(
              """
              image/projection/kernel visual.proj as-is
              image/class-embedding visual.class_embedding
              image/patch-embedding visual.conv1
              image/position-embedding visual.positional_embedding
              image/pre-norm visual.ln_pre
              image/encoder/*/attention/query-key-value/kernel visual.transformer.resblocks.*.attn.in_proj_weight
              image/encoder/*/attention/query-key-value/bias visual.transformer.resblocks.*.attn.in_proj_bias
              image/encoder/*/attention/output visual.transformer.resblocks.*.attn.out_proj
              image/encoder/*/attention-norm visual.transformer.resblocks.*.ln_1
              image/encoder/*/mlp/up visual.transformer.resblocks.*.mlp.c_fc
              image/encoder/*/mlp/down visual.transformer.resblocks.*.mlp.c_proj
              image/encoder/*/mlp-norm visual.transformer.resblocks.*.ln_2
              image/post-norm visual.ln_post
              """));

  /** Their convolutions and norms count from 1, ours from 0. */
  static final Layout CN_CLIP_RESNET =
      CN_CLIP_TEXT.and(
          new Layout(
              """
              image/stem/*/norm visual.bn*+1
              image/stem/* visual.conv*+1
              image/stage/*/*/shortcut/norm visual.layer*+1.*.downsample.1
              image/stage/*/*/shortcut visual.layer*+1.*.downsample.0
              image/stage/*/*/*/norm visual.layer*+1.*.bn*+1
              image/stage/*/*/* visual.layer*+1.*.conv*+1
              image/pool/position-embedding visual.attnpool.positional_embedding
              image/pool/query visual.attnpool.q_proj
              image/pool/key visual.attnpool.k_proj
              image/pool/value visual.attnpool.v_proj
              image/projection visual.attnpool.c_proj
              """));

  private Layout and(Layout other) {
    return new Layout(rules + other.rules);
  }

  /** The same, for a model that is part of another there. */
  private Layout under(String prefix) {
    return new Layout(rules.replaceAll("(?m)^(\\S+) ", "$1 " + prefix));
  }

  /** Weights or gradients in the form of the variables. */
  Map<String, float[]> read(SafetensorsFile file, Collection<Variable> variables) {
    Map<String, float[]> values = new LinkedHashMap<>();
    variables.forEach(variable -> values.put(variable.name(), read(file, variable)));
    return values;
  }

  private float[] read(SafetensorsFile file, Variable variable) {
    for (String rule : rules.lines().toList()) {
      String[] words = rule.split(" ");
      Matcher ours =
          Pattern.compile(words[0].replace("*", "(\\d+)") + "(/[a-z-]+|)").matcher(variable.name());
      if (ours.matches() && ENDINGS.containsKey(ours.group(ours.groupCount()))) {
        String theirs = theirs(words[1], ours);
        return words.length == 3 ? file.floats(theirs) : turned(tensors(file, theirs), variable);
      }
    }
    throw new IllegalArgumentException("no rule for " + variable.name());
  }

  private static String theirs(String pattern, Matcher ours) {
    String name = pattern;
    for (int i = 1; i < ours.groupCount(); i++) {
      int number = Integer.parseInt(ours.group(i));
      int star = name.indexOf('*');
      name =
          name.startsWith("*+1", star)
              ? name.substring(0, star) + (number + 1) + name.substring(star + 3)
              : name.substring(0, star) + number + name.substring(star + 1);
    }
    return name + ENDINGS.get(ours.group(ours.groupCount()));
  }

  /** One tensor, or the three of {@code {a,b,c}} one after the other. */
  private static float[] tensors(SafetensorsFile file, String name) {
    Matcher three = Pattern.compile("(.*)\\{(.*),(.*),(.*)\\}(.*)").matcher(name);
    if (!three.matches()) {
      return file.floats(name);
    }
    return Reference.concatenated(
        List.of(2, 3, 4).stream()
            .map(part -> file.floats(three.group(1) + three.group(part) + three.group(5)))
            .toList());
  }

  /** Kernels have their output channels first with them, last with us. */
  private static float[] turned(float[] values, Variable variable) {
    Shape shape = variable.shape();
    if (!variable.name().endsWith("/kernel")) {
      return values;
    }
    return shape.numDimensions() == 4
        ? Reference.kernel(values, (int) shape.size(3), (int) shape.size(2))
        : Reference.transposed(values, (int) shape.size(1), (int) shape.size(0));
  }
}
