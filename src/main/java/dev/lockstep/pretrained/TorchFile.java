package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.pretrained.TorchObjects.Storage;
import dev.lockstep.pretrained.TorchObjects.View;
import dev.lockstep.pretrained.Unpickler.PickleException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} writes: since PyTorch 1.6 a zip file with a pickle that names the tensors
 * ({@code data.pkl}) and an entry for each storage ({@code data/0}); before, pickles and storages
 * one after the other. A state dict may stand in a training's checkpoint ({@code state_dict}) and
 * have DataParallel's {@code module.} before its names, which is left out here.
 */
final class TorchFile extends StoredTensors {
  private static final String FORMAT = "a file that torch.save wrote";
  private static final String PICKLE = "data.pkl";

  /** The pickle of a model with ten thousand tensors has about 2 MB. */
  private static final long MAX_PICKLE = 64 << 20;

  private final SourceFile file;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  /**
   * @throws InvalidInputException if there is no such file, it is damaged, or its pickle asks for
   *     more than weights
   */
  TorchFile(Path path) {
    super(path);
    file = new SourceFile(path, FORMAT);
    try {
      boolean zip = ZipDirectory.isZip(file.read(0, Math.min(4, file.size())));
      if (zip) {
        readZip(new ZipDirectory(file).entries());
      } else {
        addTensors(TorchLegacy.read(file, MAX_PICKLE));
      }
    } catch (PickleException e) {
      file.close();
      throw new InvalidInputException(
          path.toString(),
          "its pickle is refused: " + e.getMessage(),
          "save the weights alone: torch.save(model.state_dict(), FILE), or better as safetensors",
          e);
    } catch (InvalidInputException e) {
      file.close();
      throw e;
    }
  }

  @Override
  Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    file.close();
  }

  private void readZip(Map<String, ZipDirectory.Entry> entries) {
    String folder = folder(entries);
    ZipDirectory.Entry order = entries.get(folder + "byteorder");
    if (order != null
        && !StandardCharsets.UTF_8
            .decode(file.read(order.begin(), Math.min(order.length(), 16)))
            .toString()
            .startsWith("little")) {
      throw file.invalid("its numbers are big-endian, which is not supported");
    }
    Object saved = Unpickler.read(pickle(entries.get(folder + PICKLE)), new TorchObjects());
    Map<String, Placed> placed = new LinkedHashMap<>();
    TorchStateDict.tensors(saved)
        .forEach(
            (name, view) -> {
              ZipDirectory.Entry entry = entries.get(folder + "data/" + view.storage().key());
              if (entry == null) {
                throw file.invalid(
                    name + " is to stand in " + view.storage().key() + ", which is missing");
              }
              placed.put(name, new Placed(view, entry.begin(), entry.length()));
            });
    addTensors(placed);
  }

  /** The one folder that all of torch.save's entries are in. */
  private String folder(Map<String, ZipDirectory.Entry> entries) {
    List<String> pickles =
        entries.keySet().stream()
            .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
            .toList();
    if (pickles.size() != 1) {
      throw file.invalid("it has " + pickles.size() + " entries data.pkl, and not one");
    }
    return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
  }

  private ByteBuffer pickle(ZipDirectory.Entry entry) {
    if (entry.length() > MAX_PICKLE) {
      throw file.invalid("its pickle has " + entry.length() + " bytes, more than " + MAX_PICKLE);
    }
    return file.read(entry.begin(), entry.length());
  }

  /** A tensor and the bytes of its storage. */
  record Placed(View view, long begin, long length) {}

  private void addTensors(Map<String, Placed> placed) {
    if (placed.isEmpty()) {
      throw file.invalid("there are no tensors in it, neither outermost nor under state_dict");
    }
    placed.forEach((name, tensor) -> tensors.put(name, stored(name, tensor)));
  }

  private StoredTensor stored(String name, Placed placed) {
    View view = placed.view();
    Storage storage = view.storage();
    StoredTensor tensor;
    try {
      tensor =
          StoredTensor.of(
              file,
              name,
              storage.type(),
              Math.addExact(
                  placed.begin(), Math.multiplyExact(view.offset(), storage.type().bytes())),
              view.shape(),
              view.strides());
    } catch (ArithmeticException e) {
      throw file.invalid(name + " begins at element " + view.offset(), e);
    }
    if (view.offset() < 0 || tensor.end() > placed.begin() + placed.length()) {
      throw file.invalid(
          name
              + " reaches beyond its storage "
              + storage.key()
              + " of "
              + placed.length()
              + " bytes");
    }
    return tensor;
  }
}
