package dev.lockstep.serve;

import io.javalin.Javalin;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The search page: a few files of the program itself, each at an address of its own. */
final class PageFiles {
  private static final Map<String, String> ADDRESSES =
      Map.of(
          "/", "index.html",
          "/page.css", "page.css",
          "/page.js", "page.js",
          "/space.js", "space.js",
          "/words.js", "words.js",
          "/favicon.svg", "favicon.svg");

  private PageFiles() {}

  static void addTo(Javalin app) {
    ADDRESSES.forEach(
        (address, name) -> {
          byte[] content = read(name);
          String type = type(name);
          app.get(
              address,
              context ->
                  context.header("Cache-Control", "no-cache").contentType(type).result(content));
        });
  }

  /** Whether an address is one of the page's own, which hold nothing that is to be kept back. */
  static boolean has(String address) {
    return ADDRESSES.containsKey(address);
  }

  private static byte[] read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from the build");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String type(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return switch (ending) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      default -> "image/svg+xml";
    };
  }
}
