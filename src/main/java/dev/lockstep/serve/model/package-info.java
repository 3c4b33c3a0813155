/**
 * Exported models as they are loaded and asked: a version and its signatures, requests that wait
 * for one another and are answered in one run, and the folder that new versions are put into. It
 * may use {@code export} and what is under it, and knows nothing of HTTP. Start with {@link
 * dev.lockstep.serve.model.ModelFolder}.
 */
package dev.lockstep.serve.model;
