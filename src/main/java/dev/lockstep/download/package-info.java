/**
 * Fetches the images of a list of URLs, each to exactly one outcome, whatever servers do. It may
 * use {@code data} for reading texts, and {@code error}; it knows nothing of captions, models or
 * training. Start with {@link dev.lockstep.download.Downloader}; {@link
 * dev.lockstep.download.Outcome} lists what can come of a URL.
 */
package dev.lockstep.download;
