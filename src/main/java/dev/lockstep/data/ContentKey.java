package dev.lockstep.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Keys that are equal where the content is: the first 8 bytes of its SHA-256. */
final class ContentKey {
  private ContentKey() {}

  static long of(byte[] content) {
    return ByteBuffer.wrap(sha256().digest(content)).getLong();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
