package dev.lockstep.pretrained.layout;

import dev.lockstep.model.Side;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.ndarray.Shape;

/** Lockstep's own names and forms, as its checkpoints have them. */
final class OwnLayout extends Layout {
  private final Set<Side> sides;

  OwnLayout(Set<String> tensors) {
    super("Lockstep's own", List.of(), List.of());
    sides =
        tensors.stream()
            .flatMap(name -> side(name).stream())
            .filter(side -> side != Side.SHARED)
            .collect(Collectors.toUnmodifiableSet());
  }

  static boolean isOwn(Set<String> tensors) {
    return tensors.stream().anyMatch(name -> side(name).isPresent());
  }

  @Override
  public Optional<Mapping> mapping(String variable, Shape shape) {
    return Optional.of(new Mapping(variable, shape, List.of(variable), Conversion.AS_IS));
  }

  @Override
  public List<String> tensors(String variable) {
    return List.of(variable);
  }

  @Override
  public Set<Side> sides() {
    return sides;
  }

  @Override
  public Optional<Side> sideOf(String tensor) {
    return side(tensor);
  }

  private static Optional<Side> side(String name) {
    for (Side side : Side.values()) {
      if (name.startsWith(side.label() + "/")) {
        return Optional.of(side);
      }
    }
    return Optional.empty();
  }
}
