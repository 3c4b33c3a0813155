package dev.lockstep.download;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What an exception of a connection says of a URL. */
final class Failure {
  private Failure() {}

  static Outcome of(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PublicAddresses.PrivateAddressException) {
        return Outcome.PRIVATE_ADDRESS;
      }
      if (cause instanceof UnknownHostException) {
        return Outcome.UNKNOWN_HOST;
      }
      if (cause instanceof SSLHandshakeException || cause instanceof SSLPeerUnverifiedException) {
        return Outcome.NO_SECURE_CONNECTION;
      }
      if (cause instanceof InterruptedIOException) {
        return Outcome.TIME_LIMIT;
      }
      if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
        return Outcome.NO_CONNECTION;
      }
    }
    return Outcome.CONNECTION_BROKEN;
  }
}
