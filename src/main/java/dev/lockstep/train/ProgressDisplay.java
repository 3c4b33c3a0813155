package dev.lockstep.train;

/** Where the progress of a training is shown. A reader who is gone never stops a training. */
interface ProgressDisplay {

  /** A line that stays. */
  void print(String line);

  void startStage(StageView stage);

  /** The state after a step. */
  void update(ProgressLine line);

  /** Nothing follows. */
  void end();
}
