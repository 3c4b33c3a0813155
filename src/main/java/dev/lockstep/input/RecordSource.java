package dev.lockstep.input;

import dev.lockstep.data.Background;
import dev.lockstep.data.Encoding;
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
 * @param background what surrounds a picture, if anything does
 */
record RecordSource(
    String name,
    List<Path> shards,
    long records,
    Encoding encoding,
    int storedSize,
    Optional<Background> background) {}
