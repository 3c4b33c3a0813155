package dev.lockstep.pretrained;

import dev.lockstep.pretrained.TorchFile.Placed;
import dev.lockstep.pretrained.TorchObjects.Storage;
import dev.lockstep.pretrained.Unpickler.PickleException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} wrote before PyTorch 1.6, as many BERTs are published: five pickles (a
 * magic number, the version, the machine, the object, the storages' keys), then each storage's
 * number of elements and its bytes.
 */
final class TorchLegacy {
  /** 0x1950a86a20f9469cfc6c as the pickle of protocol 2 begins it. */
  private static final byte[] MAGIC = {
    (byte) 0x80,
    2,
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };

  private static final long VERSION = 1001;

  private TorchLegacy() {}

  /** Whether a file begins as these do. */
  static boolean isLegacy(ByteBuffer start) {
    return start.remaining() >= MAGIC.length
        && start.slice(start.position(), MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
  }

  /**
   * The tensors by name, with their places in the file.
   *
   * @param maxPickle how many bytes the five pickles may have
   */
  static Map<String, Placed> read(SourceFile file, long maxPickle) {
    ByteBuffer start = file.read(0, Math.min(file.size(), maxPickle));
    if (!isLegacy(start)) {
      throw file.invalid("it begins neither as a zip file nor as PyTorch's files before 1.6");
    }
    start.position(MAGIC.length);
    TorchObjects globals = new TorchObjects();
    if (!Long.valueOf(VERSION).equals(Unpickler.read(start, globals))) {
      throw new PickleException("its version is not " + VERSION);
    }
    Object machine = Unpickler.read(start, globals);
    if (machine instanceof Map<?, ?> map && Boolean.FALSE.equals(map.get("little_endian"))) {
      throw file.invalid("its numbers are big-endian, which is not supported");
    }
    Object saved = Unpickler.read(start, globals);
    Object keys = Unpickler.read(start, globals);
    if (!(keys instanceof List<?> list)) {
      throw new PickleException("it has no list of storages");
    }
    Map<String, Long> begins = begins(file, start.position(), list, globals.storages());
    Map<String, Placed> placed = new LinkedHashMap<>();
    TorchStateDict.tensors(saved)
        .forEach(
            (name, view) -> {
              Storage storage = view.storage();
              Long begin = begins.get(storage.key());
              if (begin == null) {
                throw file.invalid(name + " is to stand in a storage that is missing");
              }
              placed.put(
                  name, new Placed(view, begin, storage.elements() * storage.type().bytes()));
            });
    return placed;
  }

  /** Where each storage's bytes begin. */
  private static Map<String, Long> begins(
      SourceFile file, long at, List<?> keys, Map<String, Storage> storages) {
    Map<String, Long> begins = new HashMap<>();
    for (Object key : keys) {
      Storage storage = storages.get(key);
      if (storage == null || !file.holds(at, Long.BYTES)) {
        throw file.invalid("it ends before its storage " + key);
      }
      long elements = file.read(at, Long.BYTES).getLong();
      at += Long.BYTES;
      if (elements != storage.elements()
          || elements > file.size()
          || !file.holds(at, elements * storage.type().bytes())) {
        throw file.invalid(
            "its storage " + key + " is to have " + elements + " elements at byte " + at);
      }
      begins.put(storage.key(), at);
      at += elements * storage.type().bytes();
    }
    return begins;
  }
}
