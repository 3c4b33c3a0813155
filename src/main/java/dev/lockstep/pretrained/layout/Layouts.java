package dev.lockstep.pretrained.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The layouts that are known. Each line of a table is a {@link Rule}: Lockstep's name, then the
 * other library's.
 */
public final class Layouts {
  private static final Layout BERT =
      pytorch(
          "transformers' BertModel",
          "embeddings.word_embeddings.weight",
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

  private static final Layout GOOGLE_BERT =
      table(
          "google's BERT checkpoint",
          "bert/embeddings/word_embeddings",
          Endings.TENSORFLOW,
          """
          text/embeddings/word bert/embeddings/word_embeddings
          text/embeddings/position bert/embeddings/position_embeddings
          text/embeddings/segment bert/embeddings/token_type_embeddings
          text/embeddings/norm bert/embeddings/LayerNorm
          text/encoder/*/attention/query-key-value bert/encoder/layer_*/attention/self/{query,key,value}
          text/encoder/*/attention/output bert/encoder/layer_*/attention/output/dense
          text/encoder/*/attention-norm bert/encoder/layer_*/attention/output/LayerNorm
          text/encoder/*/mlp/up bert/encoder/layer_*/intermediate/dense
          text/encoder/*/mlp/down bert/encoder/layer_*/output/dense
          text/encoder/*/mlp-norm bert/encoder/layer_*/output/LayerNorm
          text/pooler bert/pooler/dense
          """);

  private static final Layout VIT =
      pytorch(
          "transformers' ViTModel",
          "embeddings.cls_token",
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
          image/pooler pooler.dense
          """);

  private static final Layout RESNET =
      pytorch(
          "transformers' ResNetModel",
          "embedder.embedder.convolution.weight",
          """
          image/stem/convolution/norm embedder.embedder.normalization
          image/stem/convolution embedder.embedder.convolution
          image/stage/*/*/shortcut/norm encoder.stages.*.layers.*.shortcut.normalization
          image/stage/*/*/shortcut encoder.stages.*.layers.*.shortcut.convolution
          image/stage/*/*/*/norm encoder.stages.*.layers.*.layer.*.normalization
          image/stage/*/*/* encoder.stages.*.layers.*.layer.*.convolution
          """);

  private static final Layout CLIP_IMAGE =
      pytorch(
          "transformers' CLIPVisionModel",
          "vision_model.embeddings.patch_embedding.weight",
          """
          image/projection visual_projection
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

  private static final Layout CLIP_TEXT =
      pytorch(
          "transformers' CLIPTextModel",
          "text_model.embeddings.token_embedding.weight",
          """
          text/projection text_projection
          text/embeddings/word text_model.embeddings.token_embedding.weight
          text/embeddings/position text_model.embeddings.position_embedding.weight
          text/encoder/*/attention/query-key-value text_model.encoder.layers.*.self_attn.{q_proj,k_proj,v_proj}
          text/encoder/*/attention/output text_model.encoder.layers.*.self_attn.out_proj
          text/encoder/*/attention-norm text_model.encoder.layers.*.layer_norm1
          text/encoder/*/mlp/up text_model.encoder.layers.*.mlp.fc1
          text/encoder/*/mlp/down text_model.encoder.layers.*.mlp.fc2
          text/encoder/*/mlp-norm text_model.encoder.layers.*.layer_norm2
          text/final-norm text_model.final_layer_norm
          """);

  private static final Layout LOGIT_SCALE =
      pytorch("CLIP's logit scale", "logit_scale", "shared/logit-scale logit_scale");

  private static final Layout TEXT_PROJECTION =
      pytorch("", "text_projection.weight", "text/projection text_projection");

  /** The original releases hold the projections [in, out]. */
  private static final Layout ORIGINAL_TEXT_PROJECTION =
      pytorch("", "text_projection", "text/projection/kernel text_projection as-is");

  private static final Layout ORIGINAL_VIT =
      pytorch(
          "",
          "visual.class_embedding",
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
          """);

  /** Their convolutions and stages count from 1, ours from 0. */
  private static final Layout ORIGINAL_RESNET =
      pytorch(
          "",
          "visual.attnpool.positional_embedding",
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
          """);

  private static final Layout OPENAI_TEXT =
      pytorch(
          "",
          "token_embedding.weight",
          """
          text/embeddings/word token_embedding.weight
          text/embeddings/position positional_embedding
          text/encoder/*/attention/query-key-value/kernel transformer.resblocks.*.attn.in_proj_weight
          text/encoder/*/attention/query-key-value/bias transformer.resblocks.*.attn.in_proj_bias
          text/encoder/*/attention/output transformer.resblocks.*.attn.out_proj
          text/encoder/*/attention-norm transformer.resblocks.*.ln_1
          text/encoder/*/mlp/up transformer.resblocks.*.mlp.c_fc
          text/encoder/*/mlp/down transformer.resblocks.*.mlp.c_proj
          text/encoder/*/mlp-norm transformer.resblocks.*.ln_2
          text/final-norm ln_final
          """);

  /** The one that Lockstep writes for the Python world. */
  public static final Layout TRANSFORMERS_CHINESE_CLIP =
      LOGIT_SCALE
          .and("", TEXT_PROJECTION)
          .and("", CLIP_IMAGE)
          .and("transformers' ChineseCLIPModel", BERT.under("text_model."));

  /** The first that recognises a file stands: wholes before their parts. */
  private static final List<Layout> ALL = all();

  private Layouts() {}

  /** The layout of a file with tensors of these names. */
  public static Optional<Layout> recognise(Set<String> tensors) {
    return OwnLayout.isOwn(tensors)
        ? Optional.of(new OwnLayout(tensors))
        : ALL.stream().filter(layout -> layout.recognises(tensors)).findFirst();
  }

  /** What is known, for messages. */
  public static List<String> labels() {
    return ALL.stream().map(Layout::label).distinct().toList();
  }

  private static List<Layout> all() {
    Layout original = LOGIT_SCALE.and("", ORIGINAL_TEXT_PROJECTION);
    Layout chinese = original.and("", BERT.under("bert."));
    Layout openAi = original.and("", OPENAI_TEXT);
    List<Layout> all =
        new ArrayList<>(
            List.of(
                TRANSFORMERS_CHINESE_CLIP,
                LOGIT_SCALE.and("", CLIP_IMAGE).and("transformers' CLIPModel", CLIP_TEXT),
                chinese.and("the original Chinese-CLIP's release (ViT)", ORIGINAL_VIT),
                chinese.and("the original Chinese-CLIP's release (ResNet)", ORIGINAL_RESNET),
                openAi.and("OpenAI's CLIP (ViT)", ORIGINAL_VIT),
                openAi.and("OpenAI's CLIP (ResNet)", ORIGINAL_RESNET),
                CLIP_IMAGE,
                CLIP_TEXT,
                CLIP_IMAGE.without("vision_model."),
                CLIP_TEXT.without("text_model."),
                GOOGLE_BERT));
    Stream.of("", "vit.").map(VIT::under).forEach(all::add);
    Stream.of("", "resnet.").map(RESNET::under).forEach(all::add);
    Stream.of("", "bert.", "text_model.").map(BERT::under).forEach(all::add);
    return List.copyOf(all);
  }

  private static Layout pytorch(String label, String mark, String rules) {
    return table(label, mark, Endings.PYTORCH, rules);
  }

  private static Layout table(String label, String mark, Endings endings, String rules) {
    return new Layout(
        label, List.of(mark), rules.lines().map(line -> Rule.parse(line, endings)).toList());
  }
}
