package dev.lockstep.data;

/** One image that cannot be used; its rows are dropped and the preparation goes on. */
public final class UnusableImageException extends Exception {
  private static final long serialVersionUID = 1L;

  private final DropReason reason;

  /**
   * @param detail what was found, for the manifest
   */
  UnusableImageException(DropReason reason, String detail) {
    super(detail);
    this.reason = reason;
  }

  public DropReason reason() {
    return reason;
  }
}
