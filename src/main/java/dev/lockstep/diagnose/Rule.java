package dev.lockstep.diagnose;

import dev.lockstep.train.Finding;
import java.util.Optional;

/** One thing that can be wrong, and how it shows. */
interface Rule {
  /** The finding, where the evidence is enough for it. */
  Optional<Finding> judge(Evidence evidence);
}
