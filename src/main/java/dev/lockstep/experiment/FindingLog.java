package dev.lockstep.experiment;

import dev.lockstep.train.Finding;
import dev.lockstep.train.TrainingListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what the doctor finds in the run's log. */
final class FindingLog implements TrainingListener {
  private static final Logger log = LoggerFactory.getLogger(FindingLog.class);

  @Override
  public void onFinding(Finding finding, String stage, long step) {
    log.info("stage {}, step {}: {}", stage, step, finding.line());
  }
}
