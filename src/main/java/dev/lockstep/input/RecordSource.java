package dev.lockstep.input;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Records to read, whoever wrote them.
 *
 * @param name what to call them in a message
 * @param shards TFRecord files
 * @param records how many there are in all of them
 * @param storedSize the side of each stored image, which is a square
 * @param background red, green and blue of what surrounds a picture, 0 to 255, if anything does
 */
record RecordSource(
    String name,
    List<Path> shards,
    long records,
    Encoding encoding,
    int storedSize,
    Optional<float[]> background) {

  /** How a record's image is written. */
  enum Encoding {
    RAW,
    PNG,
    JPEG
  }
}
