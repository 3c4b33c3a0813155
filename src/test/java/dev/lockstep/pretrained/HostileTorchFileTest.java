package dev.lockstep.pretrained;

import static dev.lockstep.pretrained.Refusal.assertRefused;
import static dev.lockstep.pretrained.TorchFiles.number;
import static dev.lockstep.pretrained.TorchFiles.pickle;
import static dev.lockstep.pretrained.TorchFiles.repeated;
import static dev.lockstep.pretrained.TorchFiles.tensorPickle;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileTorchFileTest {
  private static final Map<String, byte[]> STORAGE = Map.of("archive/data/0", new byte[24]);
  private static final String TWO_BY_THREE = "K<00>K<02>K<03><86>K<03>K<01><86>";

  @TempDir Path folder;

  private Path torch(byte[] pickle) {
    return TorchFiles.write(folder.resolve("model.bin"), pickle, STORAGE);
  }

  @Test
  void theSameFileWithoutMaliceIsRead() {
    try (WeightFile file = WeightFile.open(torch(tensorPickle("K<06>", TWO_BY_THREE)))) {
      assertThat(file.floats("w")).hasSize(6);
    }
  }

  /** A | stands for the end of a line. */
  @ParameterizedTest
  @CsvSource({
    "cos|system|(X<02><00><00><00>lstR, os.system",
    "cposix|system|(X<02><00><00><00>lstR, posix.system",
    "cbuiltins|eval|(X<03><00><00><00>132tR, builtins.eval",
    "c__builtin__|getattr|cos|X<06><00><00><00>system<86>R, __builtin__.getattr",
    "X<08><00><00><00>builtinsX<04><00><00><00>exec<93>X<01><00><00><00>x<85>R, builtins.exec",
    "ctorch|load|X<01><00><00><00>x<85>R, torch.load",
    "ctorch.storage|_load_from_bytes|X<01><00><00><00>x<85>R, torch.storage._load_from_bytes",
    "ccollections|OrderedDict|)R(X<01><00><00><00>acos|system|X<01><00><00><00>x<85>Ru, os.system",
    "csubprocess|Popen|)<81>, subprocess.Popen",
    "ctorch|FloatStorage|)R, is damaged",
    "(X<01><00><00><00>xios|system|, operation 0x69",
    "(ccollections|OrderedDict|o, operation 0x6f",
    "ccollections|OrderedDict|)<81>, operation 0x81",
    "<82><01>, operation 0x82"
  })
  void aPickleThatWouldCallAnythingElse(String operations, String named) {
    assertRefused(torch(pickle(operations.replace("|", "<0a>"))), named);
  }

  @ParameterizedTest
  @CsvSource({
    "'', it is damaged",
    "R, it is damaged",
    "(, it is damaged",
    "t, it is damaged",
    "h<07>, it is damaged",
    "}K<01>s, it is damaged",
    "N(s, it is damaged",
    "X<ff><ff><ff><ff>, it ends too early",
    "K<01>Q, it is damaged",
    "}(K<01>u, it is damaged",
    "}]K<01>s, neither names nor numbers",
    "<8a><09><00><00><00><00><00><00><00><00><01>, it is damaged",
    "K<01>, there are no tensors"
  })
  void aPickleThatIsDamaged(String operations, String found) {
    assertRefused(torch(pickle(operations)), found);
  }

  @Test
  void aPickleThatIsNestedDeeply() {
    int depth = 1_000_000;
    assertRefused(torch(repeated("<80><02>", "(", depth, "t.")), "there are no tensors", 64 << 20);
    assertRefused(
        torch(repeated("<80><02>)", "<85>", depth, ".")), "there are no tensors", 128 << 20);
    String state = "X<0a><00><00><00>state_dict";
    assertRefused(
        torch(repeated("<80><02>", "}" + state, 1000, "}" + "s".repeat(1000) + ".")),
        "there are no tensors");
  }

  @Test
  void aPickleOfMillionsOfObjects() {
    assertRefused(
        torch(repeated("<80><02>", "}", 8_000_000, ".")),
        "it holds more than 2000000 objects",
        512 << 20);
    assertRefused(
        torch(repeated("<80><02>]q<00>", "h<00>a", 4_000_000, ".")),
        "it holds more than 2000000 objects",
        512 << 20);
  }

  @ParameterizedTest
  @CsvSource({"-1", "1", "1000000", "4611686018427387904", "9223372036854775807"})
  void aTensorThatBeginsOutsideItsStorage(long offset) {
    byte[] pickle = tensorPickle(number(6), number(offset) + "K<02>K<03><86>K<03>K<01><86>");
    assertRefused(torch(pickle), "w");
  }

  @ParameterizedTest
  @CsvSource({
    "1099511627776, 1",
    "1099511627776, 0",
    "134217728, 0",
    "-6, 1",
    "7, 1",
    "6, 2",
    "6, -1",
    "4, 9223372036854775807",
    "9223372036854775807, 9223372036854775807"
  })
  void aTensorThatReachesBeyondItsStorage(long size, long stride) {
    byte[] pickle =
        tensorPickle(number(6), "K<00>" + number(size) + "<85>" + number(stride) + "<85>");
    assertRefused(torch(pickle), "w");
  }

  @Test
  void aStorageThatIsMissing() {
    assertRefused(
        TorchFiles.write(
            folder.resolve("model.bin"), tensorPickle("K<06>", TWO_BY_THREE), Map.of()),
        "w is to stand in 0, which is missing");
  }

  @Test
  void aZipBomb() throws IOException {
    Path bomb =
        TorchFiles.writeCompressed(
            folder.resolve("model.bin"),
            tensorPickle(number(1L << 26), "K<00>" + number(1L << 26) + "<85>K<01><85>"),
            1L << 28);
    assertThat(Files.size(bomb)).isLessThan(1 << 20);
    assertRefused(bomb, "its entry archive/data/0 is compressed");
  }

  @ParameterizedTest
  @CsvSource({"archive/../../data/0", "/etc/passwd", "archive\\data\\0", ".."})
  void anEntryWhosePathLeadsElsewhere(String name) {
    assertRefused(
        TorchFiles.write(
            folder.resolve("model.bin"),
            tensorPickle("K<06>", TWO_BY_THREE),
            Map.of(name, new byte[24])),
        "has a path that leads out of the file");
  }

  @Test
  void aFileThatIsCutAnywhere() throws IOException {
    byte[] whole = Files.readAllBytes(torch(tensorPickle("K<06>", TWO_BY_THREE)));
    for (int length = 0; length < whole.length; length += 7) {
      Path cut = folder.resolve("cut.bin");
      Files.write(cut, Arrays.copyOf(whole, length));
      assertRefused(cut, "cut.bin");
    }
  }

  @Test
  void aTableOfContentsThatLies() throws IOException {
    byte[] whole = Files.readAllBytes(torch(tensorPickle("K<06>", TWO_BY_THREE)));
    int end = whole.length - 22;
    ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    int central = bytes.getInt(end + 16);

    assertRefused(changed(whole, end + 12, Integer.MAX_VALUE), "its table of contents");
    assertRefused(changed(whole, end + 16, -5), "its table of contents");
    assertRefused(changed(whole, central + 42, 1 << 30), "is not where the table");
    assertRefused(changed(whole, central + 20, 1 << 30), "is compressed");
    assertRefused(changed(whole, central + 24, 1 << 30), "is compressed");
    assertRefused(changed(whole, central, 0), "its table of contents is damaged");

    // Both entries at the place of the first.
    int nameLength = "archive/data.pkl".length();
    assertRefused(changed(whole, central + 46 + nameLength + 42, 0), "overlap");
  }

  private Path changed(byte[] whole, int at, int value) throws IOException {
    byte[] copy = whole.clone();
    ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return Files.write(folder.resolve("changed.bin"), copy);
  }

  @Test
  void anOldFileThatIsCutOrLies() throws IOException {
    byte[] whole = Files.readAllBytes(Resources.path("pretrained/state-dict-legacy.pt"));
    Path file = folder.resolve("old.pt");
    for (int length = 0; length < whole.length; length += 13) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(file, "old.pt");
    }
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    int function = text.indexOf("ctorch._utils\n_rebuild_tensor_v2\n");
    byte[] changed = whole.clone();
    byte[] other = "csubprocess__\ncheck_output________".getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(other, 0, changed, function, other.length - 1);
    Files.write(file, changed);
    assertRefused(file, "its pickle is refused");
  }
}
