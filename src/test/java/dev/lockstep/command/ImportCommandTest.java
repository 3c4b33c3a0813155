package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.lockstep.config.ConfigFile;
import dev.lockstep.pretrained.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportCommandTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "transformers-chinese-clip, transformers' ChineseCLIPModel",
    "transformers-clip, transformers' CLIPModel",
    "transformers-vit, transformers' ViTModel",
    "transformers-bert/pytorch_model.bin, transformers' BertModel",
    "transformers-resnet, transformers' ResNetModel",
    "cn-clip-vit/checkpoint.pt, the original Chinese-CLIP's release (ViT)",
    "cn-clip-rn50/model.safetensors, the original Chinese-CLIP's release (ResNet)"
  })
  void everyLayoutIsBroughtIntoLockstepsOwn(String checkpoint, String layout) throws IOException {
    Path out = folder.resolve("imported");
    Path json = folder.resolve("table.json");
    Invocation imported =
        Invocation.of(
            "import",
            Invocation.resource("references/" + checkpoint),
            "--out",
            out,
            "--json",
            json);

    assertThat(imported.exitStatus()).as(imported.err()).isZero();
    assertThat(imported.out()).contains(layout, "missing 0", "written: " + out);
    JsonObject table = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    JsonArray variables = table.getAsJsonArray("variables");
    try (SafetensorsFile weights = new SafetensorsFile(out.resolve("model.safetensors"))) {
      long taken =
          variables.asList().stream()
              .filter(row -> !row.getAsJsonObject().getAsJsonArray("tensors").isEmpty())
              .peek(
                  row ->
                      assertThat(weights.names())
                          .contains(row.getAsJsonObject().get("variable").getAsString()))
              .count();
      assertThat(weights.names()).hasSize((int) taken);
    }
    assertThat(ConfigFile.read(out.resolve("model.conf"), List.of()).config().hasPath("model"))
        .isTrue();

    Invocation again = Invocation.of("import", out, "--out", folder.resolve("again"));
    assertThat(again.exitStatus()).isEqualTo(2);
    assertThat(again.err()).contains("in Lockstep's own form already");
  }

  @Test
  void theModelFileStartsAnExperiment() throws IOException {
    Path out = folder.resolve("imported");
    Invocation.of(
        "import", Invocation.resource("references/transformers-chinese-clip"), "--out", out);
    assertThat(Files.readString(out.resolve("model.conf")))
        .contains(
            "data.image-size = 16",
            "heads = 4",
            "tokenizer.context-length = 18",
            "model.pretrained = model.safetensors");
  }

  @Test
  void aFileOfHostileLengthsIsRefused() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Files.write(
        file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 60).array());
    assertRefused(file, "its header is to have 1152921504606846976 bytes");
  }

  @Test
  void aPickleThatCallsThingsIsRefused() throws IOException {
    Path file = folder.resolve("pytorch_model.bin");
    Path proof = folder.resolve("proof");
    writeZip(file, "archive/data.pkl", "cos\nsystem\n(S'touch " + proof + "'\ntR.");
    assertRefused(file, "os.system");
    assertThat(proof).doesNotExist();
  }

  @Test
  void whatIsNoCheckpointIsRefused() throws IOException {
    assertRefused(folder.resolve("nothing"), "there is no such file");
    Path text = Files.writeString(folder.resolve("notes.txt"), "nothing of the kind");
    assertRefused(text, "it begins like none of them");
    assertRefused(Files.createDirectory(folder.resolve("empty")), "there are no weights in it");
  }

  @Test
  void theCheckpointsOwnFolderIsNotWrittenOver() {
    Path reference = Invocation.resource("references/transformers-vit");
    Invocation imported = Invocation.of("import", reference, "--out", reference);
    assertThat(imported.exitStatus()).isEqualTo(2);
    assertThat(imported.err()).contains("the checkpoint's own folder");
  }

  private void assertRefused(Path checkpoint, String found) throws IOException {
    Path out = folder.resolve("refused");
    Invocation imported = Invocation.of("import", checkpoint, "--out", out);
    assertThat(imported.exitStatus()).isEqualTo(2);
    assertThat(imported.err()).contains(found).doesNotContain("should not have");
    if (Files.exists(out)) {
      try (Stream<Path> files = Files.list(out)) {
        assertThat(files).isEmpty();
      }
    }
  }

  private static void writeZip(Path file, String name, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(entry);
      zip.write(bytes);
      zip.closeEntry();
    }
  }
}
