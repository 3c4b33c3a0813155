package dev.lockstep.data;

/**
 * Why one pair is left out.
 *
 * @param detail what was found
 */
record Finding(DropReason reason, String detail) {}
