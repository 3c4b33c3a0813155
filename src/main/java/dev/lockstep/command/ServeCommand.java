package dev.lockstep.command;

import dev.lockstep.error.InvalidInputException;
import dev.lockstep.experiment.StopSignal;
import dev.lockstep.serve.ModelServer;
import dev.lockstep.serve.ServeOptions;
import dev.lockstep.serve.ServedPath;
import dev.lockstep.serve.index.ImageSource;
import dev.lockstep.serve.index.RememberedSources;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "serve",
    description = {
      "Serves a model over HTTP, with a page to search images by Chinese words.",
      "Of a run, the images of its own data can be searched."
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  @Mixin private ServedModel model;

  @Option(
      names = "--images",
      paramLabel = "DIR|FILE.csv",
      description = "Images to search: a folder, or a CSV. Can be given several times.")
  private List<Path> images = new ArrayList<>();

  @Mixin private IndexFolder index;

  @Option(names = "--name", description = "The model's name in addresses (default: the folder's).")
  private String name;

  @Option(names = "--host", defaultValue = "127.0.0.1", description = "Default: ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "8501",
      description = "0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:LOCKSTEP_TOKEN}",
      description = "Clients must show it (default: the variable LOCKSTEP_TOKEN, if it is set).")
  private String token;

  @Option(names = "--max-body", defaultValue = "16777216", description = "Bytes of a request.")
  private int maxBody;

  @Option(
      names = "--max-batch",
      defaultValue = "256",
      description = "Texts or images in a request (default: ${DEFAULT-VALUE}).")
  private int maxBatch;

  @Option(
      names = "--max-image",
      defaultValue = "10485760",
      description = "Bytes of an image (default: ${DEFAULT-VALUE}).")
  private int maxImage;

  @Option(
      names = "--max-pixels",
      defaultValue = "24000000",
      description = "Of a request's images together (default: ${DEFAULT-VALUE}).")
  private int maxPixels;

  @Option(
      names = "--queue",
      defaultValue = "256",
      description = "Requests that may wait; more get 429 at once (default: ${DEFAULT-VALUE}).")
  private int queue;

  @Option(
      names = "--timeout",
      defaultValue = "15",
      description = "Seconds for a request to arrive, and to be answered (${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = "--join",
      defaultValue = "64",
      description = "Texts or images that one run of the model answers (${DEFAULT-VALUE}).")
  private int join;

  @Option(
      names = "--delay",
      defaultValue = "2",
      description = "Milliseconds that a request may wait for others (${DEFAULT-VALUE}).")
  private int delay;

  @Override
  public Integer call() throws InterruptedException {
    ServedPath served = model.open();
    Path kept = index.of(served);
    ServeOptions options =
        new ServeOptions(
            served.models(),
            Optional.ofNullable(name).orElse(served.name()),
            sources(served, kept),
            kept,
            host,
            port,
            Optional.ofNullable(token).filter(t -> !t.isBlank()),
            limits());
    CountDownLatch asked = new CountDownLatch(1);
    try (StopSignal stop =
            StopSignal.listen(
                () -> {
                  System.err.println("ending: requests that are being answered are waited for");
                  asked.countDown();
                });
        ModelServer server =
            new ModelServer(
                options, Device.open(served.device()).sessionConfig(), System.err::println)) {
      System.err.printf(
          "serving %s, version %d, with %,d images; Ctrl-C ends it%n",
          options.name(), server.version(), server.images());
      System.out.println("http://" + host + ":" + server.port() + "/");
      asked.await();
    }
    return 0;
  }

  /** Those that are named; without any, the run's own and what was indexed before. */
  private List<ImageSource> sources(ServedPath served, Path kept) {
    if (!images.isEmpty()) {
      return images.stream().map(ImageSource::of).toList();
    }
    List<ImageSource> sources = new ArrayList<>(served.images());
    sources.addAll(new RememberedSources(kept).all());
    return sources;
  }

  private Limits limits() {
    return new Limits(
        positive("--max-body", maxBody),
        positive("--max-batch", maxBatch),
        positive("--max-image", maxImage),
        positive("--max-pixels", maxPixels),
        positive("--queue", queue),
        Duration.ofSeconds(positive("--timeout", timeout)),
        Duration.ofSeconds(positive("--timeout", timeout)),
        positive("--join", join),
        Duration.ofMillis(delay));
  }

  private static int positive(String option, int value) {
    if (value < 1) {
      throw new InvalidInputException(option, "found " + value, "expected a whole number from 1");
    }
    return value;
  }
}
