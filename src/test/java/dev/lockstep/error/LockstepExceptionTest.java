package dev.lockstep.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LockstepExceptionTest {
  @Test
  void wrongInputSaysWhereWhatAndWhatToDo() {
    LockstepException e =
        new InvalidInputException("a.conf:3", "seed = seven", "expected a whole number");
    assertThat(e).hasMessage("a.conf:3: seed = seven\n  expected a whole number");
    assertThat(e.exitStatus()).isEqualTo(2);
  }

  @Test
  void aFailedRunSaysWhatWentWrongAndWhatToDo() {
    IOException cause = new IOException("no space left");
    LockstepException e =
        new RunFailedException("shard 3 cannot be written", "make room and run again", cause);
    assertThat(e)
        .hasMessage("shard 3 cannot be written\n  make room and run again")
        .hasCause(cause);
    assertThat(e.exitStatus()).isEqualTo(1);
  }
}
