package dev.lockstep.serve;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.lockstep.export.ModelCard;
import dev.lockstep.serve.index.ImageIndex;
import dev.lockstep.serve.model.ModelVersion;

/** What the page says of the model at its foot. */
final class ModelFacts {
  private ModelFacts() {}

  static JsonObject of(String name, ModelVersion version, ImageIndex index) {
    ModelCard card = version.card();
    JsonObject facts = new JsonObject();
    facts.addProperty("name", name);
    facts.addProperty("version", version.number());
    facts.addProperty("parameters", card.parameters());
    facts.addProperty("embedding", card.embedding());
    facts.addProperty("precision", card.precision().toString());
    facts.addProperty("imageSize", card.preprocessing().size());
    facts.addProperty("contextLength", card.tokenizer().contextLength());
    copy(card.provenance(), "checkpoint", facts, "checkpoint");
    JsonElement result = card.provenance().get("result");
    if (result != null && result.isJsonObject()) {
      copy(result.getAsJsonObject(), "steps", facts, "steps");
      JsonElement scores = result.getAsJsonObject().get("scores");
      if (scores != null && scores.isJsonObject()) {
        JsonObject toImage = scores.getAsJsonObject().getAsJsonObject("textToImage");
        copy(toImage, "recallAt1", facts, "recallAt1");
        copy(toImage, "recallAt10", facts, "recallAt10");
      }
    }
    if (index != null) {
      facts.addProperty("images", index.size());
      facts.addProperty("damaged", index.damaged());
      index.recall().ifPresent(recall -> facts.addProperty("graphRecallAt10", recall));
    }
    return facts;
  }

  private static void copy(JsonObject from, String key, JsonObject to, String as) {
    if (from != null && from.has(key)) {
      to.add(as, from.get(key));
    }
  }
}
