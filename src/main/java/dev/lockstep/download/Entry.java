package dev.lockstep.download;

/**
 * What the journal says of a URL.
 *
 * @param file where the image lies in the folder; empty for none
 * @param host that was asked; empty for a URL without one
 */
record Entry(Outcome outcome, String file, String host) {}
