package dev.lockstep.input;

import java.nio.file.Path;

/**
 * A shard of which records could not be read.
 *
 * @param records it should hold
 * @param position in the stream, of the first record that was missed
 * @param reason what was found, with the file and the place in it
 */
public record ShardLoss(Path shard, long records, long position, String reason) {}
