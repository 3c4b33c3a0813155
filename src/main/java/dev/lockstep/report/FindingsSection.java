package dev.lockstep.report;

import dev.lockstep.report.RunSigns.Found;

/** What the doctor says: each finding with what to change. */
final class FindingsSection {
  private FindingsSection() {}

  /** The section as HTML. */
  static String of(RunSigns signs) {
    StringBuilder section =
        new StringBuilder("<section id=\"doctor\">\n<h2>What the doctor says</h2>\n");
    if (signs.findings().isEmpty()) {
      section.append("<p class=\"note\">Nothing: no finding in this run.</p>\n");
    }
    for (Found found : signs.findings()) {
      section.append(
          """
          <div class="finding"><p class="warning"><b>%s</b> %s, stage %s, step %s: %s.</p>
          <p class="note">What to change: %s.</p></div>
          """
              .formatted(
                  Html.text(found.id()),
                  Html.text(found.severity()),
                  Html.text(found.stage()),
                  Figures.count(found.step()),
                  Html.text(found.message()),
                  Html.text(found.advice())));
    }
    return section.append("</section>\n").toString();
  }
}
