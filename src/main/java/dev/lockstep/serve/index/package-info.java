/**
 * The images that a server searches: where they are found, their embeddings on the disk, and the
 * search among them, exact or by Lucene's HNSW graph. It may use {@code evaluate} and {@code data},
 * and is given what embeds images. Start with {@link dev.lockstep.serve.index.ImageIndex}.
 */
package dev.lockstep.serve.index;
