package dev.lockstep.download;

import java.time.Duration;

/**
 * How URLs are fetched.
 *
 * @param concurrency requests at one time, in all
 * @param perHost requests at one time to one host
 * @param timeLimit for one attempt, from its connection to its last byte, redirects included
 * @param attempts how often a URL is tried, the first time included
 * @param firstWait before the second attempt, about; doubled before each further one
 * @param longestWait between two attempts, also where a server asks for more
 * @param redirects how many are followed in one attempt
 * @param maxBytes of an image; reading ends there
 * @param privateAddresses whether servers in private networks and on this machine are asked too
 * @param keep whether the bytes are kept, as they were received
 * @param userAgent what the servers are told
 */
public record DownloadSpec(
    int concurrency,
    int perHost,
    Duration timeLimit,
    int attempts,
    Duration firstWait,
    Duration longestWait,
    int redirects,
    long maxBytes,
    boolean privateAddresses,
    boolean keep,
    String userAgent) {}
