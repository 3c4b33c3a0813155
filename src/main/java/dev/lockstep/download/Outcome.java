package dev.lockstep.download;

import java.util.Locale;

/** What came of a URL. */
public enum Outcome {
  /** An image was received whole. */
  OK(false),
  /** Not a URL that a browser would open, or not of http or https. */
  INVALID_URL(false),
  /** The name to keep it under leads out of the folder, or is that of another URL's image. */
  INVALID_NAME(false),
  /** The host, or one that was redirected to, is in a private network or on this machine. */
  PRIVATE_ADDRESS(false),
  /** There is no such host. */
  UNKNOWN_HOST(true),
  /** Nobody answers there. */
  NO_CONNECTION(true),
  /** The certificate is not to be trusted, or the two have no protocol in common. */
  NO_SECURE_CONNECTION(false),
  /** The time ran out. */
  TIME_LIMIT(true),
  /** The connection ended before the answer did, or the answer was no HTTP. */
  CONNECTION_BROKEN(true),
  /** A status of 400 to 499: there is no such thing, or not for us. */
  HTTP_4XX(false),
  /** A status of 500 to 599, 408, 425 or 429: the server cannot answer now. */
  SERVER_BUSY(true),
  /** Another status than 200. */
  HTTP_OTHER(false),
  /** More redirects than are followed. */
  REDIRECTS(false),
  /** More bytes than an image may have. */
  TOO_LARGE(false),
  /** No bytes. */
  EMPTY(false),
  /** A page in the place of an image. */
  HTML(false),
  /** Neither an image nor a page. */
  NO_IMAGE(false);

  private final boolean passing;

  Outcome(boolean passing) {
    this.passing = passing;
  }

  /** Whether another attempt may end otherwise. */
  public boolean isPassing() {
    return passing;
  }

  /** As in the journal and for people: {@code time-limit}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Outcome of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
