package dev.lockstep.pretrained.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.model.Side;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;

class LayoutTest {
  private static final Layout CHINESE_CLIP = Layouts.TRANSFORMERS_CHINESE_CLIP;

  private static Layout recognised(String... tensors) {
    return Layouts.recognise(Set.of(tensors)).orElseThrow();
  }

  private static Mapping mapping(Layout layout, String variable, long... shape) {
    return layout.mapping(variable, Shape.of(shape)).orElseThrow();
  }

  @Test
  void layoutsAreToldFromTheirNames() {
    String bert = "embeddings.word_embeddings.weight";
    assertThat(recognised(bert).label()).isEqualTo("transformers' BertModel");
    assertThat(recognised("bert." + bert).label()).isEqualTo("transformers' BertModel");
    assertThat(
            recognised("bert." + bert, "logit_scale", "text_projection", "visual.class_embedding")
                .label())
        .isEqualTo("the original Chinese-CLIP's release (ViT)");
    assertThat(
            recognised(
                    "token_embedding.weight",
                    "logit_scale",
                    "text_projection",
                    "visual.attnpool.positional_embedding")
                .label())
        .isEqualTo("OpenAI's CLIP (ResNet)");
    assertThat(recognised("vit.embeddings.cls_token").sides()).containsExactly(Side.IMAGE);
    assertThat(Layouts.recognise(Set.of("x"))).isEmpty();
  }

  @Test
  void numbersAreCarriedOverAndCountedFromOneWhereTheyAreThere() {
    Layout resNet =
        recognised(
            "token_embedding.weight",
            "logit_scale",
            "text_projection",
            "visual.attnpool.positional_embedding");
    assertThat(resNet.tensors("image/stage/2/11/0/kernel"))
        .containsExactly("visual.layer3.11.conv1.weight");
    assertThat(resNet.tensors("image/stage/2/11/1/norm/running-variance"))
        .containsExactly("visual.layer3.11.bn2.running_var");
    assertThat(resNet.tensors("image/stem/0/norm/offset")).containsExactly("visual.bn1.bias");
    assertThat(resNet.tensors("image/projection/bias"))
        .containsExactly("visual.attnpool.c_proj.bias");
    assertThat(resNet.tensors("image/class-embedding")).isEmpty();
    assertThat(resNet.sideOf("visual.layer3.11.conv1.weight")).contains(Side.IMAGE);
    assertThat(resNet.sideOf("transformer.resblocks.3.ln_1.bias")).contains(Side.TEXT);
    assertThat(resNet.sideOf("visual.other")).isEmpty();
  }

  /** hidden 2: rows of query, key and value are outputs there, columns here. */
  @Test
  void queryKeyAndValueStandSideBySide() {
    Mapping mapping =
        mapping(CHINESE_CLIP, "text/encoder/7/attention/query-key-value/kernel", 2, 6);
    assertThat(mapping.tensors())
        .containsExactly(
            "text_model.encoder.layer.7.attention.self.query.weight",
            "text_model.encoder.layer.7.attention.self.key.weight",
            "text_model.encoder.layer.7.attention.self.value.weight");
    assertThat(mapping.tensorShape()).isEqualTo(Shape.of(2, 2));
    List<float[]> tensors =
        List.of(new float[] {1, 2, 3, 4}, new float[] {5, 6, 7, 8}, new float[] {9, 10, 11, 12});
    float[] variable = {1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12};
    assertThat(mapping.toVariable(tensors)).isEqualTo(variable);
    assertThat(mapping.toTensors(variable)).usingRecursiveComparison().isEqualTo(tensors);
  }

  @Test
  void biasesOfQueryKeyAndValueFollowEachOther() {
    Mapping mapping = mapping(CHINESE_CLIP, "image/encoder/0/attention/query-key-value/bias", 6);
    List<float[]> tensors = List.of(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6});
    assertThat(mapping.toVariable(tensors)).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(mapping.toTensors(new float[] {1, 2, 3, 4, 5, 6}))
        .usingRecursiveComparison()
        .isEqualTo(tensors);
  }

  /** Two outputs, three channels, a kernel of 1 x 2: element o c x is 100 o + 10 c + x. */
  @Test
  void convolutionsHaveTheirChannelsLast() {
    Mapping mapping = mapping(CHINESE_CLIP, "image/patch-embedding/kernel", 1, 2, 3, 2);
    assertThat(mapping.tensorShape()).isEqualTo(Shape.of(2, 3, 1, 2));
    float[] tensor = {0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121};
    float[] variable = {0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121};
    assertThat(mapping.toVariable(List.of(tensor))).isEqualTo(variable);
    assertThat(mapping.toTensors(variable)).containsExactly(tensor);
    assertThat(mapping.conversion().variableShape(mapping.tensorShape()))
        .isEqualTo(Shape.of(1, 2, 3, 2));
  }

  @Test
  void matricesLargerThanASquareOfTheCacheAreTransposedWhole() {
    Mapping mapping = mapping(CHINESE_CLIP, "text/encoder/0/mlp/up/kernel", 45, 70);
    float[] tensor = new float[45 * 70];
    for (int i = 0; i < tensor.length; i++) {
      tensor[i] = i;
    }
    float[] variable = mapping.toVariable(List.of(tensor));
    for (int in = 0; in < 45; in++) {
      for (int out = 0; out < 70; out++) {
        assertThat(variable[in * 70 + out]).isEqualTo(tensor[out * 45 + in]);
      }
    }
    assertThat(mapping.toTensors(variable)).containsExactly(tensor);
  }

  @Test
  void projectionsOfTheOriginalReleasesStandAsTheyAre() {
    Layout original =
        recognised(
            "bert.embeddings.word_embeddings.weight",
            "logit_scale",
            "text_projection",
            "visual.class_embedding");
    Mapping mapping = mapping(original, "text/projection/kernel", 2, 3);
    assertThat(mapping.tensorShape()).isEqualTo(Shape.of(2, 3));
    assertThat(mapping.toVariable(List.of(new float[] {1, 2, 3, 4, 5, 6})))
        .containsExactly(1, 2, 3, 4, 5, 6);
  }
}
