package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.text.TokenizerSpec;
import dev.lockstep.text.Vocabulary;
import dev.lockstep.text.WordPieceTokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a damaged folder of prepared data is told apart by. */
class PreparedDatasetTest {
  @TempDir Path folder;
  private Path prepared;
  private Path shard;

  @BeforeEach
  void prepareOneShard() throws IOException {
    Files.write(folder.resolve("a.png"), new ReferencePixels("images").image("rgb.png"));
    Path csv =
        Files.writeString(folder.resolve("pairs.csv"), "text,image_path\n嘿,a.png\n哈,a.png\n");
    TokenizerSpec spec = TokenizerSpec.chineseClip();
    WordPieceTokenizer tokenizer =
        new WordPieceTokenizer(Vocabulary.fromCaptions(List.of("嘿", "哈"), spec), spec);
    StoreSpec store =
        new StoreSpec(16, Resize.SQUASH, Encoding.PNG, 95, Optional.empty(), 1, 1000, 100, 1 << 20);
    prepared =
        new DatasetPreparer(folder.resolve("prepared"), store, tokenizer)
            .prepare(csv, PreparationListener.NONE)
            .dataset()
            .folder();
    shard = prepared.resolve("part-00000-of-00001.tfrecord");
  }

  @Test
  void opensWhatIsWhole() {
    PreparedDataset dataset = PreparedDataset.open(prepared);

    assertThat(dataset.shards()).containsExactly(shard);
    assertThat(dataset.records()).isEqualTo(2);
    assertThat(dataset.storedSize()).isEqualTo(16);
    assertThat(dataset.encoding()).isEqualTo(Encoding.PNG);
  }

  @Test
  void namesAShardWithAFlippedByte() throws IOException {
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length - 20] ^= 1;
    Files.write(shard, bytes);

    refuses(shard + " at byte " + firstRecord(bytes) + ": the checksum of a record does not fit");
  }

  @Test
  void namesAShardThatIsCutShort() throws IOException {
    byte[] bytes = Files.readAllBytes(shard);
    // Between two records, where the file itself tells nothing.
    Files.write(shard, Arrays.copyOf(bytes, firstRecord(bytes)));

    refuses(shard + ": it has " + firstRecord(bytes) + " bytes of " + bytes.length);
  }

  @Test
  void namesAShardThatWasReplacedBySoundRecords() throws IOException {
    byte[] bytes = Files.readAllBytes(shard);
    int first = firstRecord(bytes);
    byte[] swapped = new byte[bytes.length];
    System.arraycopy(bytes, 0, swapped, bytes.length - first, first);
    System.arraycopy(bytes, first, swapped, 0, bytes.length - first);
    Files.write(shard, swapped);

    refuses(shard + ": its checksum is not that of the manifest");
  }

  @Test
  void namesAFileThatIsMissingOrChanged() throws IOException {
    Files.writeString(
        prepared.resolve("vocab.txt"),
        Files.readString(prepared.resolve("vocab.txt")).replace("嘿", "猫"));
    refuses(prepared.resolve("vocab.txt") + ": its checksum");

    Files.delete(shard);
    refuses(shard + ": the file is missing");
  }

  @Test
  void refusesAManifestThatIsNone() throws IOException {
    Path manifest = prepared.resolve("manifest.json");
    String whole = Files.readString(manifest);

    Files.writeString(manifest, "");
    refuses(manifest + ": this is not a manifest");
    Files.writeString(manifest, whole.substring(0, whole.length() / 2));
    refuses(manifest + ": this is not a manifest");
    Files.writeString(manifest, "[]");
    refuses(manifest + ": this is not a manifest");
    Files.writeString(manifest, "{\"formatVersion\": 2}");
    refuses(manifest + ": this is not a whole manifest");
    Files.writeString(manifest, whole.replace("\"formatVersion\": 2", "\"formatVersion\": 1"));
    refuses("the data is of format 1, and 2 is read");
  }

  /** Its length, with the two checksums around it. */
  private static int firstRecord(byte[] shard) {
    return 16 + (int) ByteBuffer.wrap(shard).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private void refuses(String message) {
    assertThatThrownBy(() -> PreparedDataset.open(prepared))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("delete the folder " + prepared);
  }
}
