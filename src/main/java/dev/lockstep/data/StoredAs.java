package dev.lockstep.data;

/**
 * How images are stored.
 *
 * @param size width and height
 */
public record StoredAs(Encoding encoding, int size) {}
