package dev.lockstep.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.tensorflow.VariableValues;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/** That an exported model gives the same in a TensorFlow that is not ours: 2.10, through DJL. */
class AnotherRuntimeTest {
  private static final Path JARS = Path.of("target", "djl");
  private static final Path CLIENT = Path.of("src", "test", "djl");

  @TempDir private Path folder;

  @Test
  void givesTheSameEmbeddings() throws IOException, InterruptedException {
    assumeTrue(
        Files.isDirectory(JARS),
        "not run: DJL's jars are not in " + JARS + ", where ./mvnw verify puts them on Linux");
    TinyModel model = new TinyModel(folder, 5);
    Path exported = folder.resolve("1");
    model.export(exported, StoredPrecision.FLOAT32);
    Path sound = Path.of("src/test/resources/preprocess/0.jpg");
    Path damaged = Files.writeString(folder.resolve("damaged.jpg"), "no image");
    int[] ids = model.tokenizer().encode("红色的汽车");

    List<float[]> theirs = embeddingsByDjl(exported, ids, sound, damaged);

    try (SavedModelBundle bundle = SavedModelBundle.load(exported.toString(), "serve");
        TInt32 inputIds = TInt32.tensorOf(StdArrays.ndCopyOf(new int[][] {ids}));
        TInt32 mask =
            TInt32.tensorOf(
                Shape.of(1, ids.length), all -> all.scalars().forEach(s -> s.setInt(1)));
        TString image = image(sound)) {
      float[] text =
          embedding(bundle, "encode_text", Map.of("input_ids", inputIds, "attention_mask", mask));
      float[] ofImage = embedding(bundle, "encode_image", Map.of("image_bytes", image));
      assertThat(theirs.get(0)).containsExactly(text, within(1e-5f));
      assertThat(theirs.get(1)).containsExactly(text, within(1e-5f));
      assertThat(theirs.get(2)).containsExactly(ofImage, within(1e-5f));
      assertThat(theirs.get(3)).hasSize(8).containsOnly(0f);
    }
  }

  private List<float[]> embeddingsByDjl(Path model, int[] ids, Path... images)
      throws IOException, InterruptedException {
    String classPath = CLIENT + File.pathSeparator + JARS + File.separator + "*";
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-DDJL_CACHE_DIR=" + JARS.resolve("cache").toAbsolutePath(),
                "-Dai.djl.offline=true",
                "-cp",
                classPath,
                CLIENT.resolve("DjlClient.java").toString(),
                model.toString(),
                Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(","))));
    for (Path image : images) {
      command.add(image.toString());
    }
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(err)).isZero();
    return Files.readAllLines(out).stream().map(AnotherRuntimeTest::floats).toList();
  }

  private static float[] embedding(
      SavedModelBundle bundle, String signature, Map<String, Tensor> inputs) {
    try (Result result = bundle.function(signature).call(inputs)) {
      String output = signature.equals("encode_text") ? "text_embedding" : "image_embedding";
      return VariableValues.floats((TFloat32) result.get(output).orElseThrow());
    }
  }

  private static TString image(Path file) throws IOException {
    return TString.tensorOfBytes(NdArrays.vectorOfObjects(new byte[][] {Files.readAllBytes(file)}));
  }

  private static float[] floats(String line) {
    String[] values = line.split(" ", -1);
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = Float.parseFloat(values[i]);
    }
    return floats;
  }
}
