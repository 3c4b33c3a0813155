package dev.lockstep.serve.index;

import java.nio.file.Path;
import java.util.List;

/**
 * An image that can be found.
 *
 * @param file where it lies
 * @param name what it is called for people: its path from its folder or CSV
 * @param captions in the order of the CSV; none for a folder
 * @param category empty where it has none
 */
public record ImageEntry(Path file, String name, List<String> captions, String category) {}
