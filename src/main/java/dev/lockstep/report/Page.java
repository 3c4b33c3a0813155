package dev.lockstep.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The frame of all pages, with its styles, its script and uPlot, around one page's content. */
final class Page {
  private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/";

  private Page() {}

  /**
   * The page with each <code>{{name}}</code> of frame and content replaced.
   *
   * @param content a resource beside this class
   * @param parts HTML by name
   */
  static String fill(String content, Map<String, String> parts) {
    Map<String, String> all = new HashMap<>(parts);
    all.put("css", resource("report.css"));
    all.put("js", resource("report.js"));
    all.put("uplot-licence", resource(UPLOT + "LICENSE"));
    all.put("uplot-css", resource(UPLOT + "dist/uPlot.min.css"));
    all.put("uplot-js", resource(UPLOT + "dist/uPlot.iife.min.js"));
    String template = resource("page.html").replace("{{content}}\n", resource(content));
    // One pass: what was put in may itself hold braces, a caption for example.
    return PLACE
        .matcher(template)
        .replaceAll(place -> Matcher.quoteReplacement(part(content, all, place.group(1))));
  }

  private static String part(String content, Map<String, String> parts, String name) {
    if (!parts.containsKey(name)) {
      throw new IllegalStateException(content + " asks for " + name);
    }
    return parts.get(name);
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from the build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
