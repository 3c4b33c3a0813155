package dev.lockstep.input;

/** What to do about a shard that cannot be read. */
final class ShardFailure {
  private ShardFailure() {}

  static String remedy(RecordSource source) {
    return "delete the folder "
        + source.files().get(0).toAbsolutePath().getParent()
        + " and give the same command again: the data is prepared anew, and the training goes on"
        + " from its last checkpoint";
  }
}
