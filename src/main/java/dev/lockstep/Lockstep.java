package dev.lockstep;

import dev.lockstep.command.LockstepCommand;

/** The main class, which {@code bin/lockstep} starts. */
public final class Lockstep {
  private Lockstep() {}

  public static void main(String[] arguments) {
    System.exit(LockstepCommand.execute(arguments));
  }
}
