package dev.lockstep.pretrained;

import dev.lockstep.pretrained.Unpickler.PickleException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions and types of Python that PyTorch's files of weights name, and no others. */
final class TorchObjects implements Unpickler.Globals {

  /** A named run of bytes in the file that tensors are views of. */
  record Storage(ElementType type, String key, long elements) {}

  /**
   * A tensor: a view of a storage.
   *
   * @param offset its first element's place in the storage, in elements
   */
  record View(Storage storage, long offset, List<Long> shape, List<Long> strides) {}

  private enum Function {
    ORDERED_DICT("collections.OrderedDict"),
    SIZE("torch.Size"),
    TENSOR_1("torch._utils._rebuild_tensor"),
    TENSOR("torch._utils._rebuild_tensor_v2"),
    PARAMETER("torch._utils._rebuild_parameter"),
    PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state");

    private final String name;

    Function(String name) {
      this.name = name;
    }

    static Optional<Function> named(String name) {
      return Arrays.stream(values()).filter(f -> f.name.equals(name)).findFirst();
    }
  }

  private static final Map<String, ElementType> STORAGES =
      Map.ofEntries(
          Map.entry("torch.DoubleStorage", ElementType.F64),
          Map.entry("torch.FloatStorage", ElementType.F32),
          Map.entry("torch.HalfStorage", ElementType.F16),
          Map.entry("torch.BFloat16Storage", ElementType.BF16),
          Map.entry("torch.LongStorage", ElementType.I64),
          Map.entry("torch.IntStorage", ElementType.I32),
          Map.entry("torch.ShortStorage", ElementType.I16),
          Map.entry("torch.CharStorage", ElementType.I8),
          Map.entry("torch.ByteStorage", ElementType.U8),
          Map.entry("torch.BoolStorage", ElementType.BOOL));

  private final Map<String, Storage> storages = new LinkedHashMap<>();

  /** Those that the pickle has referred to so far, by key. */
  Map<String, Storage> storages() {
    return storages;
  }

  @Override
  public Object global(String module, String name) {
    String full = module + "." + name;
    if (STORAGES.containsKey(full)) {
      return STORAGES.get(full);
    }
    return Function.named(full)
        .orElseThrow(
            () ->
                new PickleException(
                    "it asks for "
                        + full
                        + ", which is not among what weights need; nothing of it has been run"));
  }

  @Override
  public Object call(Object function, List<?> arguments) {
    return switch ((Function) function) {
      case ORDERED_DICT -> orderedDict(arguments);
      case SIZE -> arguments.get(0);
      case TENSOR_1, TENSOR ->
          new View(
              (Storage) arguments.get(0),
              (Long) arguments.get(1),
              numbers(arguments.get(2)),
              numbers(arguments.get(3)));
      case PARAMETER, PARAMETER_WITH_STATE -> (View) arguments.get(0);
    };
  }

  /** Python 2 gives the items along, as a list of pairs. */
  private static Map<Object, Object> orderedDict(List<?> arguments) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (!arguments.isEmpty()) {
      for (Object item : (List<?>) arguments.get(0)) {
        List<?> pair = (List<?>) item;
        dict.put((String) pair.get(0), pair.get(1));
      }
    }
    return dict;
  }

  private static List<Long> numbers(Object list) {
    return ((List<?>) list).stream().map(Long.class::cast).toList();
  }

  /** ('storage', type, key, device, elements), and more in files before PyTorch 1.6. */
  @Override
  public Object persistent(List<?> id) {
    if (!"storage".equals(id.get(0))) {
      throw new PickleException("it refers to a " + id.get(0) + ", which is not a storage");
    }
    if (id.size() > 5 && id.get(5) != null) {
      throw new PickleException("it has a storage that is a part of another");
    }
    Storage storage = new Storage((ElementType) id.get(1), (String) id.get(2), (Long) id.get(4));
    storages.put(storage.key(), storage);
    return storage;
  }
}
