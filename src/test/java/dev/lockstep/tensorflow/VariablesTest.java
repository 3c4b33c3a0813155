package dev.lockstep.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.tensorflow.Variable.Role;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.framework.initializers.TruncatedNormal;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.RunOptions;

class VariablesTest {
  /** As constants they would stay in memory beside the variables for as long as the session. */
  @Test
  void firstValuesAreComputedWhenGivenAndNotAsConstantsOfTheGraph() {
    try (Graph graph = new Graph()) {
      Variables variables = new Variables(Ops.create(graph), 1);
      for (String name : new String[] {"a", "b"}) {
        variables.variable(
            name, Shape.of(300, 200), Role.WEIGHT, new TruncatedNormal<>(0, 1, name.hashCode()));
      }
      Op initializer = variables.initializer();
      try (Session session = new Session(graph)) {
        RunMetadata run =
            session
                .runner()
                .addTarget(initializer)
                .setOptions(
                    RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build())
                .runAndFetchMetadata()
                .getMetadata()
                .orElseThrow();
        assertThat(
                run.getStepStats().getDevStatsList().stream()
                    .flatMap(device -> device.getNodeStatsList().stream())
                    .filter(
                        node -> node.getTimelineLabel().contains("= StatelessTruncatedNormal(")))
            .hasSize(2);
      }
    }
  }
}
