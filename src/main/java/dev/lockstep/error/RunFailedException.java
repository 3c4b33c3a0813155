package dev.lockstep.error;

/** What was given is right, but the work could not be finished: a full disk, a loss that is NaN. */
public final class RunFailedException extends LockstepException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what what went wrong, with the file or the step
   * @param advice what to do, and what is kept
   */
  public RunFailedException(String what, String advice) {
    this(what, advice, null);
  }

  public RunFailedException(String what, String advice, Throwable cause) {
    super(what + "\n  " + advice, cause);
  }

  @Override
  public int exitStatus() {
    return 1;
  }
}
