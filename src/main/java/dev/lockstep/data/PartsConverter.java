package dev.lockstep.data;

/**
 * Converts images as the part of the data wants them that they belong to: for training, or for
 * scoring.
 */
final class PartsConverter implements ImagesAhead.Conversion, AutoCloseable {
  private final SplitSpec split;
  private final ImageConverter training;
  private final ImageConverter scored;

  PartsConverter(StoreSpec store) {
    split = store.split();
    training = new ImageConverter(store);
    scored = store.scored().equals(store) ? training : new ImageConverter(store.scored());
  }

  @Override
  public ImageConverter.Converted convert(SourceImage image) throws UnusableImageException {
    if (scored == training) {
      return training.convert(image);
    }
    byte[] bytes = image.read();
    boolean forTraining = split.of(ContentKey.of(bytes)) == Split.TRAIN;
    return (forTraining ? training : scored).convert(new ImageBytes(image.name(), bytes));
  }

  @Override
  public void close() {
    training.close();
    if (scored != training) {
      scored.close();
    }
  }
}
