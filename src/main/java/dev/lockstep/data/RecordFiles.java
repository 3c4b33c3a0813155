package dev.lockstep.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Reads single records of shards, each by its place, with their checksums. Files are opened when
 * they are first needed; any number of threads may read.
 */
public final class RecordFiles implements AutoCloseable {
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;
  private static final long MAX_RECORD_BYTES = 1L << 30;

  private final List<Path> files;
  private final AtomicReferenceArray<FileChannel> channels;

  public RecordFiles(List<Path> files) {
    this.files = files;
    this.channels = new AtomicReferenceArray<>(files.size());
  }

  /**
   * A record's payload.
   *
   * @param shard the place of its file
   * @param offset where it begins, its header included
   * @throws IOException if the file is gone, cut short or cannot be read, or a checksum does not
   *     fit; the message names the file and the place
   */
  public byte[] read(int shard, long offset) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fill(shard, offset, header);
    long length = header.getLong(0);
    if (MaskedCrc.of(header.array(), 0, Long.BYTES) != header.getInt(Long.BYTES)
        || length < 0
        || length > MAX_RECORD_BYTES) {
      throw damaged(shard, offset, "the checksum of a record's length does not fit");
    }
    ByteBuffer rest =
        ByteBuffer.allocate((int) length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fill(shard, offset + HEADER_BYTES, rest);
    if (MaskedCrc.of(rest.array(), 0, (int) length) != rest.getInt((int) length)) {
      throw damaged(shard, offset, "the checksum of a record does not fit");
    }
    byte[] payload = new byte[(int) length];
    rest.get(0, payload);
    return payload;
  }

  @Override
  public void close() {
    for (int i = 0; i < channels.length(); i++) {
      FileChannel channel = channels.getAndSet(i, null);
      try {
        if (channel != null) {
          channel.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void fill(int shard, long offset, ByteBuffer buffer) throws IOException {
    FileChannel channel = channel(shard);
    while (buffer.hasRemaining()) {
      int count;
      try {
        count = channel.read(buffer, offset + buffer.position());
      } catch (IOException e) {
        throw new IOException(files.get(shard) + " at byte " + offset + ": " + e, e);
      }
      if (count < 0) {
        throw damaged(shard, offset, "the file ends before the record does");
      }
    }
  }

  private FileChannel channel(int shard) throws IOException {
    FileChannel channel = channels.get(shard);
    if (channel != null) {
      return channel;
    }
    FileChannel opened;
    try {
      opened = FileChannel.open(files.get(shard));
    } catch (IOException e) {
      throw new IOException(files.get(shard) + " cannot be opened: " + e, e);
    }
    if (channels.compareAndSet(shard, null, opened)) {
      return opened;
    }
    opened.close();
    return channels.get(shard);
  }

  private IOException damaged(int shard, long offset, String found) {
    return new IOException(files.get(shard) + " at byte " + offset + ": " + found);
  }
}
