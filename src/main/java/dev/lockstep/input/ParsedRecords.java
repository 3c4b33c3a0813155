package dev.lockstep.input;

import dev.lockstep.data.ImageTextRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.io.ParseExample;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * What the records of a batch hold; a part that was not asked for is null.
 *
 * @param images [batch]
 * @param ids [tokens of the whole batch]
 * @param rowSplits [batch + 1], where each text begins and ends in {@code ids}
 * @param imageFeatures [batch], see {@link FeatureRecord}
 * @param textFeatures [batch]
 */
record ParsedRecords(
    Operand<TString> images,
    Operand<TInt64> ids,
    Operand<TInt64> rowSplits,
    Operand<TInt64> captionKeys,
    Operand<TInt64> imageKeys,
    Operand<TInt64> rows,
    Operand<TString> imageFeatures,
    Operand<TString> textFeatures) {

  /** Images and texts. */
  static ParsedRecords of(Ops tf, Operand<TString> records) {
    return of(tf, records, BatchLayout.pairs(1), true);
  }

  /**
   * @param withImages whether the records have them
   */
  @SuppressWarnings("unchecked")
  static ParsedRecords of(
      Ops tf, Operand<TString> records, BatchLayout layout, boolean withImages) {
    Operand<TString> none = noText(tf);
    Operand<TInt64> noInteger = tf.constant(new long[0]);
    Shape scalar = Shape.scalar();
    List<String> texts = new ArrayList<>();
    if (withImages && (layout.images() || layout.otherView())) {
      texts.add(ImageTextRecord.IMAGE);
    }
    if (layout.imageFeatures() > 0) {
      texts.add(FeatureRecord.IMAGE);
    }
    if (layout.textFeatures() > 0) {
      texts.add(FeatureRecord.TEXT);
    }
    List<String> dense =
        new ArrayList<>(
            List.of(ImageTextRecord.CAPTION_KEY, ImageTextRecord.IMAGE_KEY, ImageTextRecord.ROW));
    List<Operand<?>> defaults = new ArrayList<>(List.of(noInteger, noInteger, noInteger));
    dense.addAll(texts);
    defaults.addAll(Collections.nCopies(texts.size(), none));
    boolean tokens = layout.tokens();
    ParseExample parsed =
        ParseExample.create(
            tf.scope(),
            records,
            none,
            none,
            tf.array(dense.toArray(new String[0])),
            tokens ? tf.array(ImageTextRecord.INPUT_IDS) : none,
            defaults,
            0L,
            List.of(),
            tokens ? List.of(TInt64.class) : List.of(),
            tokens ? List.of(TInt64.class) : List.of(),
            Collections.nCopies(dense.size(), scalar));
    return new ParsedRecords(
        text(parsed, dense, ImageTextRecord.IMAGE),
        tokens ? (Operand<TInt64>) parsed.raggedValues().get(0) : null,
        tokens ? (Operand<TInt64>) parsed.raggedRowSplits().get(0) : null,
        (Operand<TInt64>) parsed.denseValues().get(0),
        (Operand<TInt64>) parsed.denseValues().get(1),
        (Operand<TInt64>) parsed.denseValues().get(2),
        text(parsed, dense, FeatureRecord.IMAGE),
        text(parsed, dense, FeatureRecord.TEXT));
  }

  @SuppressWarnings("unchecked")
  private static Operand<TString> text(ParseExample parsed, List<String> keys, String key) {
    int place = keys.indexOf(key);
    return place < 0 ? null : (Operand<TString>) parsed.denseValues().get(place);
  }

  /** An empty vector, which {@code tf.array} cannot make. */
  private static Operand<TString> noText(Ops tf) {
    try (TString empty = TString.tensorOf(NdArrays.ofObjects(String.class, Shape.of(0)))) {
      return tf.constantOf(empty);
    }
  }
}
