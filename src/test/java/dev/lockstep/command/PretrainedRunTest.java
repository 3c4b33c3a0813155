package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.lockstep.pretrained.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that begin with transformers' weights; see {@code src/test/resources/embed/make.py}. */
class PretrainedRunTest {
  private static final Path PAIRS = Invocation.resource("embed/pairs.csv");

  @TempDir Path folder;
  private Path checkpoint;
  private Path experiment;

  @BeforeEach
  void writeExperiment() throws IOException {
    checkpoint = Files.createDirectory(folder.resolve("clip"));
    Path reference = Invocation.resource("references/transformers-chinese-clip");
    for (String name : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(reference.resolve(name), checkpoint.resolve(name));
    }
    StringBuilder vocabulary =
        new StringBuilder(Files.readString(Invocation.resource("embed/vocab.txt")));
    for (int i = 0; i < 10; i++) {
      vocabulary.append("more").append(i).append('\n');
    }
    Files.writeString(checkpoint.resolve("vocab.txt"), vocabulary);
    Files.writeString(folder.resolve("vocab.txt"), vocabulary);
    Files.writeString(
        checkpoint.resolve("preprocessor_config.json"),
        """
        {"do_center_crop": false, "size": {"height": 16, "width": 16}, "resample": 3,
         "image_mean": [0.48145466, 0.4578275, 0.40821073],
         "image_std": [0.26862954, 0.26130258, 0.27577711]}
        """);
    experiment = folder.resolve("experiment.conf");
    Files.writeString(
        experiment,
        """
        name = tuned
        precision = float32
        data { train = "%s", prepared = prepared }
        model.pretrained = clip
        stages = [
          { strategy = joint, batch-size = 4, steps = 1, optimizer { learning-rate = 1e-12 } }
        ]
        """
            .formatted(PAIRS));
  }

  private Invocation run(Path file, String... arguments) {
    Object[] all = new Object[arguments.length + 4];
    all[0] = "run";
    all[1] = file;
    all[2] = "--runs";
    all[3] = folder.resolve("runs");
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    return Invocation.of(all);
  }

  @Test
  void theModelAndAllThatGoesWithItAreTheCheckpoints() throws IOException {
    Invocation run = run(experiment, "tokenizer.vocabulary=" + folder.resolve("vocab.txt"));
    assertThat(run.exitStatus()).as(run.err()).isZero();
    assertThat(run.err()).contains("matched 47, converted 28, missing 0", "left over 0");

    Path tuned = folder.resolve("runs/tuned");
    Path out = folder.resolve("embeddings.safetensors");
    assertThat(Invocation.of("embed", tuned, "--pairs", PAIRS, "--out", out).exitStatus()).isZero();
    try (SafetensorsFile made = new SafetensorsFile(out);
        SafetensorsFile expected =
            new SafetensorsFile(Invocation.resource("embed/expected.safetensors"))) {
      for (String name : expected.names()) {
        assertThat(made.floats(name)).containsExactly(expected.floats(name), within(1e-5f));
      }
    }
    String digest =
        MoreFiles.asByteSource(checkpoint.resolve("model.safetensors"))
            .hash(Hashing.sha256())
            .toString();
    assertThat(Files.readString(tuned.resolve("provenance.json")))
        .contains("\"pretrained\"", digest);

    // Going on needs neither the checkpoint nor reads it again; its origin stays noted.
    MoreFiles.deleteRecursively(checkpoint, RecursiveDeleteOption.ALLOW_INSECURE);
    Files.delete(tuned.resolve("result.json"));
    Invocation again = run(tuned.resolve("experiment.conf"));
    assertThat(again.exitStatus()).as(again.err()).isZero();
    assertThat(again.err()).doesNotContain("matched 47");
    assertThat(Files.readString(tuned.resolve("provenance.json"))).contains(digest);
  }

  @Test
  void whatContradictsTheCheckpointIsRefusedOrTold() {
    Invocation heads = run(experiment, "model.image.heads=3");
    assertThat(heads.exitStatus()).isEqualTo(2);
    assertThat(heads.err()).contains("model.image.heads = 3", "expected 2, with which");

    Invocation width = run(experiment, "model.text.hidden=96");
    assertThat(width.exitStatus()).isEqualTo(2);
    assertThat(width.err()).contains("has the shape", "give the model block the sizes");

    Invocation gone = run(experiment, "model.text.pretrained=nowhere");
    assertThat(gone.exitStatus()).isEqualTo(2);
    assertThat(gone.err()).contains("model.text.pretrained", "there is no such file or folder");

    Invocation told =
        run(
            experiment,
            "name=told",
            "data.image-size=24",
            "data.resize=crop",
            "model.image.deviation=[1,1,1]");
    assertThat(told.exitStatus()).as(told.err()).isZero();
    assertThat(told.err())
        .contains(
            "data.image-size = 24, but",
            "was trained with 16",
            "data.resize = crop, but",
            "model.image.deviation = [1, 1, 1], but",
            "grid of 4x4 to 6x6, bicubic");
  }

  @Test
  void aTowerAloneTakesWhatItNeeds() throws IOException {
    Path text = Invocation.resource("references/transformers-bert");
    Invocation run =
        run(
            experiment,
            "model.pretrained=null",
            "model.image={type=vit,patch=8,layers=1,hidden=64}",
            "model.embedding=8",
            "data.image-size=16",
            "tokenizer.vocabulary=" + folder.resolve("vocab.txt"),
            "model.text.pretrained=" + text);
    assertThat(run.exitStatus()).as(run.err()).isZero();
    assertThat(run.err())
        .contains(
            "text/projection/kernel [32, 8] (keeps its first value)", "left over: pooler.dense");
    assertThat(Files.readString(folder.resolve("runs/tuned/provenance.json")))
        .contains("\"text\": {")
        .doesNotContain("\"image\": {");
  }
}
