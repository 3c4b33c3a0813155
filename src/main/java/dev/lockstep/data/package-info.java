/**
 * From a CSV of captions and image files to screened, checked TFRecord shards, found again by the
 * digest of all that they were made from. It may use {@code text}, {@code tensorflow}, {@code
 * config} and {@code error}; reading the shards for training is the business of {@code input}.
 * Start with {@link dev.lockstep.data.DatasetPreparer}; {@link dev.lockstep.data.ImageTextRecord}
 * is what a shard holds, {@link dev.lockstep.data.ImagePreprocessor} what becomes of an image.
 */
package dev.lockstep.data;
