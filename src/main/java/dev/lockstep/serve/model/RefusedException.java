package dev.lockstep.serve.model;

/** A request that is not answered, and why; the server says it with the status that fits. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a request is not answered. */
  public enum Reason {
    /** What was sent is wrong. */
    INVALID,
    /** What was sent is more than is taken at once. */
    TOO_LARGE,
    /** There are too many requests already. */
    OVERLOADED,
    /** It waited for longer than it may. */
    TIMED_OUT,
    /** The version is being unloaded. */
    UNLOADED,
    /** There is no such model, version or image. */
    NOT_FOUND
  }

  private final Reason reason;

  public RefusedException(Reason reason, String message) {
    // One is thrown for each request of an overload: no stack trace, which is what takes time.
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
