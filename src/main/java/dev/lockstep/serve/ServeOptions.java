package dev.lockstep.serve;

import dev.lockstep.serve.index.ImageSource;
import dev.lockstep.serve.model.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to serve, and how.
 *
 * @param models a model, or a folder of versions
 * @param name of the model in addresses
 * @param images where the images are that can be searched; none where there is no search
 * @param index the folder in which their embeddings are kept
 * @param port 0 for any that is free
 * @param token that clients must show, if any
 */
public record ServeOptions(
    Path models,
    String name,
    List<ImageSource> images,
    Path index,
    String host,
    int port,
    Optional<String> token,
    Limits limits) {}
