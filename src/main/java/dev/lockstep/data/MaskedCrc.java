package dev.lockstep.data;

import java.util.zip.CRC32C;

/**
 * The checksum inside a TFRecord: CRC-32C, rotated and shifted by a constant, so that a checksum of
 * data that itself holds checksums stays sound (TensorFlow's {@code lib/hash/crc32c.h}).
 */
final class MaskedCrc {
  private MaskedCrc() {}

  static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }
}
