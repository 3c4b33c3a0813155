package dev.lockstep.command;

import dev.lockstep.serve.ImageIndexes;
import dev.lockstep.serve.ServedPath;
import dev.lockstep.serve.index.ImageIndex;
import dev.lockstep.serve.index.ImageSource;
import dev.lockstep.serve.index.RememberedSources;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.serve.model.ModelFolder;
import dev.lockstep.tensorflow.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "index",
    description = {
      "Embeds images, so that 'lockstep serve' finds them at once.",
      "Run again, it embeds what is missing or has changed; with other images, it adds them."
    },
    mixinStandardHelpOptions = true)
final class IndexCommand implements Callable<Integer> {
  @Mixin private ServedModel model;

  @Option(
      names = "--images",
      paramLabel = "DIR|FILE.csv",
      description = "A folder of images, or a CSV. Can be given several times.")
  private List<Path> images = new ArrayList<>();

  @Mixin private IndexFolder index;

  @Override
  public Integer call() {
    ServedPath served = model.open();
    Path folder = index.of(served);
    RememberedSources remembered = new RememberedSources(folder);
    remembered.add(images.stream().map(ImageSource::of).toList());
    List<ImageSource> sources = new ArrayList<>(served.images());
    sources.addAll(remembered.all());
    try (ModelFolder models =
        new ModelFolder(
            served.models(),
            Limits.DEFAULT,
            Device.open(served.device()).sessionConfig(),
            (requests, rows, seconds) -> {},
            version -> {},
            System.err::println)) {
      try (ImageIndex made =
          new ImageIndexes(folder, sources, System.err::println).open(models.current())) {
        System.out.printf(
            Locale.ROOT,
            "%,d images in %s%s%n",
            made.size(),
            folder,
            made.damaged() == 0 ? "" : ", %,d left out".formatted(made.damaged()));
      }
    }
    return 0;
  }
}
