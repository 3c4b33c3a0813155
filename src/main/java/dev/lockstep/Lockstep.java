package dev.lockstep;

/** The main class, which {@code bin/lockstep} starts. */
public final class Lockstep {
  private Lockstep() {}
}
