package dev.lockstep.pretrained;

import dev.lockstep.error.InvalidInputException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * LevelDB's table of sorted keys, in which TensorFlow writes a checkpoint's names ({@code
 * tensorflow/core/lib/io/format.h}): blocks of entries, each with the part of its key that differs
 * from the one before; a block for filters, which is empty; a block that lists the blocks; a footer
 * that says where those two stand.
 */
final class SortedTable {
  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int FOOTER_BYTES = 48;
  private static final int MAX_VARINT_BYTES = 10;

  /** Behind each block: how it is compressed, and a checksum. */
  private static final int TRAILER_BYTES = 5;

  private static final long MAX_BYTES = 64 << 20;

  private final SourceFile file;

  private SortedTable(SourceFile file) {
    this.file = file;
  }

  /**
   * All values by key.
   *
   * @throws InvalidInputException if the file is damaged
   */
  static TreeMap<String, ByteBuffer> read(SourceFile file) {
    try {
      return new SortedTable(file).read();
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw file.invalid("it is damaged", e);
    }
  }

  private TreeMap<String, ByteBuffer> read() {
    if (file.size() < FOOTER_BYTES || file.size() > MAX_BYTES) {
      throw file.invalid("it has " + file.size() + " bytes");
    }
    ByteBuffer footer = file.read(file.size() - FOOTER_BYTES, FOOTER_BYTES);
    if (footer.getLong(FOOTER_BYTES - Long.BYTES) != MAGIC) {
      throw file.invalid("its end is not that of a checkpoint's index");
    }
    TreeMap<String, ByteBuffer> filters = new TreeMap<>();
    readBlock(footer, filters);
    TreeMap<String, ByteBuffer> blocks = new TreeMap<>();
    readBlock(footer, blocks);
    TreeMap<String, ByteBuffer> entries = new TreeMap<>();
    blocks.values().forEach(place -> readBlock(place, entries));
    return entries;
  }

  /**
   * @param place the block's offset and size
   */
  private void readBlock(ByteBuffer place, TreeMap<String, ByteBuffer> entries) {
    long begin = varint(place);
    long length = varint(place);
    if (!file.holds(begin, length) || !file.holds(begin + length, TRAILER_BYTES) || length < 4) {
      throw file.invalid("a block of " + length + " bytes is to stand at " + begin);
    }
    ByteBuffer block = file.read(begin, length + TRAILER_BYTES);
    checkTrailer(block, (int) length);
    long restarts = Integer.toUnsignedLong(block.getInt((int) length - 4));
    block.limit((int) Math.max(0, length - 4 - 4 * restarts));
    byte[] key = new byte[0];
    long keyBytes = 0;
    while (block.hasRemaining()) {
      int shared = length(block, key.length);
      int rest = length(block, block.remaining());
      int valueLength = length(block, block.remaining());
      key = Arrays.copyOf(key, shared + rest);
      block.get(key, shared, rest);
      ByteBuffer value = block.slice(block.position(), valueLength);
      block.position(block.position() + valueLength);
      keyBytes += key.length;
      String name = new String(key, StandardCharsets.UTF_8);
      // Shared parts cost the file nothing, but memory.
      if (keyBytes > MAX_BYTES || !entries.isEmpty() && entries.lastKey().compareTo(name) >= 0) {
        throw file.invalid("its names are out of order, or too long");
      }
      entries.put(name, value.order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  private void checkTrailer(ByteBuffer block, int length) {
    if (block.get(length) != 0) {
      throw file.invalid("it is compressed, which TensorFlow's checkpoints are not");
    }
    if (block.getInt(length + 1) != maskedCrc(block.array(), length + 1)) {
      throw file.invalid("a checksum in it is wrong");
    }
  }

  /** CRC-32C, rotated and shifted as TensorFlow's {@code lib/hash/crc32c.h} does. */
  private static int maskedCrc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private static int length(ByteBuffer block, int max) {
    long length = varint(block);
    if (length < 0 || length > max) {
      throw new BufferUnderflowException();
    }
    return (int) length;
  }

  /** Seven bits a byte, the lowest first. */
  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      byte next = bytes.get();
      value |= (long) (next & 0x7f) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw new BufferUnderflowException();
  }
}
