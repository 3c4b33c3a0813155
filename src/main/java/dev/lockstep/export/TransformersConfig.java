package dev.lockstep.export;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.typesafe.config.Config;
import dev.lockstep.data.ImagePreprocessor;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;

/**
 * The JSON files of transformers' {@code ChineseCLIPModel} and {@code ChineseCLIPProcessor} for a
 * model block, as transformers 5 writes and reads them.
 */
final class TransformersConfig {
  /** Pillow's number for bicubic. */
  private static final int BICUBIC = 3;

  private static final int CHANNELS = 3;

  private final Config model;
  private final Config image;
  private final Config text;

  /**
   * @param model the block {@code model} with its defaults filled in
   * @throws InvalidInputException if transformers' model has another form
   */
  TransformersConfig(Config model) {
    this.model = model;
    this.image = model.getConfig("image");
    this.text = model.getConfig("text");
    require(image, "model.image", "type", "vit");
    require(image, "model.image", "style", "clip");
    require(image, "model.image", "pooling", "class");
    require(text, "model.text", "type", "bert");
    require(text, "model.text", "pooling", "class");
  }

  private static void require(Config block, String path, String key, String only) {
    String value = block.getString(key);
    if (!value.equals(only)) {
      throw new InvalidInputException(
          path + "." + key + " = " + value,
          "transformers' ChineseCLIPModel has only " + only + ", so the model has no such form",
          "export it as a SavedModel, without --format transformers");
    }
  }

  JsonObject config(Vocabulary vocabulary, int imageSize) {
    JsonObject config = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add("ChineseCLIPModel");
    config.add("architectures", architectures);
    config.addProperty("dtype", "float32");
    config.addProperty("model_type", "chinese_clip");
    config.addProperty("projection_dim", model.getInt("embedding"));
    JsonObject textConfig = encoder(text, "chinese_clip_text_model");
    textConfig.addProperty("hidden_dropout_prob", text.getDouble("dropout"));
    textConfig.addProperty("attention_probs_dropout_prob", text.getDouble("attention-dropout"));
    textConfig.addProperty("max_position_embeddings", text.getInt("positions"));
    textConfig.addProperty("type_vocab_size", text.getInt("segments"));
    textConfig.addProperty("vocab_size", vocabulary.size());
    textConfig.addProperty("pad_token_id", vocabulary.padId());
    config.add("text_config", textConfig);
    JsonObject visionConfig = encoder(image, "chinese_clip_vision_model");
    visionConfig.addProperty("attention_dropout", image.getDouble("attention-dropout"));
    visionConfig.addProperty("image_size", imageSize);
    visionConfig.addProperty("num_channels", CHANNELS);
    visionConfig.addProperty("patch_size", image.getInt("patch"));
    visionConfig.addProperty("projection_dim", model.getInt("embedding"));
    config.add("vision_config", visionConfig);
    return config;
  }

  private static JsonObject encoder(Config tower, String type) {
    JsonObject config = new JsonObject();
    config.addProperty("model_type", type);
    config.addProperty("hidden_act", tower.getString("activation").replace('-', '_'));
    config.addProperty("hidden_size", tower.getInt("hidden"));
    config.addProperty("intermediate_size", tower.getInt("intermediate"));
    config.addProperty("layer_norm_eps", tower.getDouble("epsilon"));
    config.addProperty("num_attention_heads", tower.getInt("heads"));
    config.addProperty("num_hidden_layers", tower.getInt("layers"));
    return config;
  }

  JsonObject preprocessor(ImagePreprocessor preprocessor) {
    boolean crop = preprocessor.resize().crops();
    JsonObject square = new JsonObject();
    square.addProperty("height", preprocessor.size());
    square.addProperty("width", preprocessor.size());
    JsonObject shortSide = new JsonObject();
    shortSide.addProperty("shortest_edge", preprocessor.size());
    JsonObject config = new JsonObject();
    config.addProperty("image_processor_type", "ChineseCLIPImageProcessor");
    config.addProperty("processor_class", "ChineseCLIPProcessor");
    config.addProperty("do_convert_rgb", true);
    config.addProperty("do_resize", true);
    config.add("size", crop ? shortSide : square);
    config.addProperty("resample", BICUBIC);
    config.addProperty("do_center_crop", crop);
    config.add("crop_size", square);
    config.addProperty("do_rescale", true);
    config.addProperty("rescale_factor", 1 / 255.0);
    config.addProperty("do_normalize", true);
    config.add("image_mean", channels("mean"));
    config.add("image_std", channels("deviation"));
    return config;
  }

  private JsonArray channels(String key) {
    JsonArray channels = new JsonArray();
    image.getDoubleList(key).forEach(channels::add);
    return channels;
  }

  static JsonObject tokenizer(TokenizerSpec spec) {
    JsonObject config = new JsonObject();
    config.addProperty("tokenizer_class", "BertTokenizer");
    config.addProperty("processor_class", "ChineseCLIPProcessor");
    config.addProperty("do_lower_case", spec.lowercase());
    config.addProperty("tokenize_chinese_chars", true);
    config.addProperty("model_max_length", spec.contextLength());
    config.addProperty("pad_token", Vocabulary.PAD);
    config.addProperty("unk_token", Vocabulary.UNK);
    config.addProperty("cls_token", Vocabulary.CLS);
    config.addProperty("sep_token", Vocabulary.SEP);
    config.addProperty("mask_token", Vocabulary.MASK);
    return config;
  }
}
