import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A client that shares nothing with Lockstep: DJL's TensorFlow engine, over TensorFlow 2.10. It
 * loads an exported model and prints the embeddings of a text and of two images, one a line.
 *
 * <p>Arguments: the model, ids divided by commas, a sound image, a damaged image.
 */
public class DjlClient {
  public static void main(String[] arguments) throws Exception {
    Path model = Path.of(arguments[0]);
    String[] ids = arguments[1].split(",");
    try (NDManager manager = NDManager.newBaseManager(null, "TensorFlow")) {
      int[] values = new int[ids.length];
      int[] ones = new int[ids.length];
      for (int i = 0; i < ids.length; i++) {
        values[i] = Integer.parseInt(ids[i]);
        ones[i] = 1;
      }
      NDArray inputIds = manager.create(values, new Shape(1, ids.length));
      inputIds.setName("input_ids");
      NDArray mask = manager.create(ones, new Shape(1, ids.length));
      mask.setName("attention_mask");
      print(predict(model, "encode_text", new NDList(inputIds, mask)));
      print(predict(model, "serving_default", new NDList(inputIds, mask)));
      for (int i = 2; i < arguments.length; i++) {
        // In this character set each byte is a character of its own, and comes back as it was.
        NDArray images =
            manager.create(
                new String[] {Files.readString(Path.of(arguments[i]), StandardCharsets.ISO_8859_1)},
                StandardCharsets.ISO_8859_1,
                new Shape(1));
        images.setName("image_bytes");
        print(predict(model, "encode_image", new NDList(images)));
      }
    }
  }

  private static float[] predict(Path model, String signature, NDList inputs) throws Exception {
    Criteria<NDList, NDList> criteria =
        Criteria.builder()
            .setTypes(NDList.class, NDList.class)
            .optEngine("TensorFlow")
            .optModelPath(model)
            .optOption("Tags", "serve")
            .optOption("SignatureDefKey", signature)
            .optTranslator(new NoopTranslator())
            .build();
    try (ZooModel<NDList, NDList> loaded = criteria.loadModel();
        var predictor = loaded.newPredictor()) {
      NDList outputs = predictor.predict(inputs);
      NDArray embedding =
          outputs.stream().filter(a -> a.getShape().dimension() == 2).findFirst().orElseThrow();
      return embedding.toFloatArray();
    }
  }

  private static void print(float[] values) {
    StringBuilder line = new StringBuilder();
    for (float value : values) {
      line.append(line.isEmpty() ? "" : " ").append(value);
    }
    System.out.println(line);
  }
}
