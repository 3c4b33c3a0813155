package dev.lockstep.download;

import java.util.Optional;

/**
 * A row of a list of URLs.
 *
 * @param text the caption; empty where there is no such column
 * @param url as it stands there, without white space around it
 * @param filename what to keep the image under, where the list says so
 */
record UrlRow(String text, String url, Optional<String> filename) {}
