package dev.lockstep.error;

/**
 * What was given is wrong: a file, a key of an experiment, an argument. Nothing has started yet.
 */
public final class InvalidInputException extends LockstepException {
  private static final long serialVersionUID = 1L;

  /**
   * @param where the file with its line, the key, or the argument
   * @param found what stands there
   * @param advice what was expected, or what to do
   */
  public InvalidInputException(String where, String found, String advice) {
    this(where, found, advice, null);
  }

  public InvalidInputException(String where, String found, String advice, Throwable cause) {
    super(where + ": " + found + "\n  " + advice, cause);
  }

  @Override
  public int exitStatus() {
    return 2;
  }
}
