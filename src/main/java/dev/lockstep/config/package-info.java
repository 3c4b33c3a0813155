/**
 * Reads HOCON strictly: every key is asked for by its type and range, and a key that nobody asked
 * for is an error with its file, line and the nearest known key. It may use {@code error} alone:
 * each package builds its own options record from a {@link dev.lockstep.config.Block}, and this one
 * knows none of them. Start with {@link dev.lockstep.config.ConfigFile}, which reads a file and
 * {@code key=value} arguments.
 */
package dev.lockstep.config;
