package dev.lockstep.data;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a column (of a CSV or Parquet file) or field (of JSON) is for.
 *
 * @param names under which it is looked for, the likeliest first
 * @param needed whether a file without such a column is refused
 * @param key what names the column where it has another name, for a message; empty where it was
 *     named
 */
record Role(List<String> names, boolean needed, String key) {

  /**
   * @param named the column that was named for it, if one was; it must be there then
   * @param usual its usual names
   * @param key what names it
   */
  static Role of(Optional<String> named, List<String> usual, boolean needed, String key) {
    return named
        .map(name -> new Role(List.of(name), true, ""))
        .orElseGet(() -> new Role(usual, needed, key));
  }

  /** The first of its names that is among those of a file's columns. */
  Optional<String> among(Collection<String> columns) {
    return names.stream().filter(columns::contains).findFirst();
  }
}
