package dev.lockstep.pretrained;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the weights in what {@code torch.save} was given. */
final class TorchStateDict {
  /** Where trainings keep the weights among epoch, optimizer and the like. */
  private static final List<String> NESTED = List.of("state_dict", "model", "module");

  /** What DataParallel puts before every name. */
  private static final String PARALLEL = "module.";

  private static final int MAX_NESTING = 4;

  private TorchStateDict() {}

  /**
   * The tensors by name; what is no tensor is left out.
   *
   * @param saved what the pickle holds
   */
  static Map<String, TorchObjects.View> tensors(Object saved) {
    Map<String, TorchObjects.View> tensors = new LinkedHashMap<>();
    Object dict = saved;
    for (int i = 0; i < MAX_NESTING && nested(dict) != null; i++) {
      dict = nested(dict);
    }
    if (dict instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (name instanceof String string && value instanceof TorchObjects.View view) {
              tensors.put(string, view);
            }
          });
    }
    return withoutPrefix(tensors);
  }

  private static Object nested(Object dict) {
    if (dict instanceof Map<?, ?> map) {
      for (String key : NESTED) {
        if (map.get(key) instanceof Map<?, ?> inner) {
          return inner;
        }
      }
    }
    return null;
  }

  private static Map<String, TorchObjects.View> withoutPrefix(
      Map<String, TorchObjects.View> tensors) {
    if (!tensors.keySet().stream().allMatch(name -> name.startsWith(PARALLEL))) {
      return tensors;
    }
    Map<String, TorchObjects.View> stripped = new LinkedHashMap<>();
    tensors.forEach((name, view) -> stripped.put(name.substring(PARALLEL.length()), view));
    return stripped;
  }
}
