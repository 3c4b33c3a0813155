package dev.lockstep.error;

/**
 * A failure that a user can act on. Its message says where, what was found and what to do; the
 * command line prints it as it is, without a stack trace.
 */
public abstract sealed class LockstepException extends RuntimeException
    permits InvalidInputException, RunFailedException {
  private static final long serialVersionUID = 1L;

  LockstepException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The exit status of the process: 1 the run failed, 2 what was given is wrong. */
  public abstract int exitStatus();
}
