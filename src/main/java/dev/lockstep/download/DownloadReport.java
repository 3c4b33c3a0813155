package dev.lockstep.download;

import com.google.gson.JsonObject;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What came of all URLs.
 *
 * @param outcomes how often each
 * @param hosts for each host how often each
 * @param unreadable lines of the journal that counted for nothing
 * @param malformedRows rows of the list that have no link because they are wrong as such
 * @param firstMalformed where the first of these stands and what is wrong with it
 */
public record DownloadReport(
    Map<Outcome, Long> outcomes,
    Map<String, Map<Outcome, Long>> hosts,
    long unreadable,
    long malformedRows,
    Optional<String> firstMalformed) {
  private static final int HOSTS_SHOWN = 15;

  static DownloadReport of(Journal journal, ListRows listed) {
    Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    Map<String, Map<Outcome, Long>> hosts = new HashMap<>();
    journal.forEach(
        (outcome, host) -> {
          outcomes.merge(outcome, 1L, Long::sum);
          hosts
              .computeIfAbsent(host, name -> new EnumMap<>(Outcome.class))
              .merge(outcome, 1L, Long::sum);
        });
    return new DownloadReport(
        outcomes, hosts, journal.unreadable(), listed.malformed(), listed.firstMalformed());
  }

  public long count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0L);
  }

  public long urls() {
    return sum(outcomes);
  }

  private static long sum(Map<Outcome, Long> outcomes) {
    return outcomes.values().stream().mapToLong(Long::longValue).sum();
  }

  private static long failed(Map<Outcome, Long> outcomes) {
    return sum(outcomes) - outcomes.getOrDefault(Outcome.OK, 0L);
  }

  /** For a terminal: by reason, then the hosts where most failed; ends with a newline. */
  public String toTable() {
    StringBuilder table = new StringBuilder();
    outcomes.entrySet().stream()
        .sorted(Map.Entry.<Outcome, Long>comparingByValue().reversed())
        .forEach(
            e ->
                table.append(
                    line(
                        "%-24s%,12d%9.1f%%",
                        e.getKey().label(), e.getValue(), share(e.getValue()))));
    table.append(line("%-24s%,12d", "URLs", urls()));
    List<Map.Entry<String, Map<Outcome, Long>>> worst =
        hosts.entrySet().stream()
            .filter(host -> failed(host.getValue()) > 0)
            .sorted(
                Comparator.comparingLong(
                        (Map.Entry<String, Map<Outcome, Long>> h) -> -failed(h.getValue()))
                    .thenComparing(Map.Entry::getKey))
            .limit(HOSTS_SHOWN)
            .toList();
    if (!worst.isEmpty()) {
      table.append(line("\n%-40s%12s%12s  %s", "host", "ok", "failed", "mostly"));
      worst.forEach(
          host ->
              table.append(
                  line(
                      "%-40s%,12d%,12d  %s",
                      host.getKey().isEmpty() ? "(none)" : host.getKey(),
                      host.getValue().getOrDefault(Outcome.OK, 0L),
                      failed(host.getValue()),
                      mostly(host.getValue()))));
    }
    firstMalformed.ifPresent(
        first ->
            table.append(
                line(
                    "%,d row(s) of the list are malformed and were left out, the first: %s",
                    malformedRows, first)));
    if (unreadable > 0) {
      table.append(
          line("%,d line(s) of the journal were damaged and counted for nothing", unreadable));
    }
    return table.toString();
  }

  private double share(long count) {
    return 100.0 * count / urls();
  }

  private static String mostly(Map<Outcome, Long> outcomes) {
    return outcomes.entrySet().stream()
        .filter(e -> e.getKey() != Outcome.OK)
        .max(Map.Entry.comparingByValue())
        .map(e -> e.getKey().label())
        .orElse("");
  }

  /** {@code {"urls", "outcomes": {LABEL: COUNT}, "hosts": {HOST: {LABEL: COUNT}}}}. */
  public String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("urls", urls());
    json.add("outcomes", object(outcomes));
    JsonObject byHost = new JsonObject();
    hosts.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(host -> byHost.add(host.getKey(), object(host.getValue())));
    json.add("hosts", byHost);
    json.addProperty("unreadableLines", unreadable);
    json.addProperty("malformedRows", malformedRows);
    return json + "\n";
  }

  private static JsonObject object(Map<Outcome, Long> outcomes) {
    JsonObject object = new JsonObject();
    outcomes.forEach((outcome, count) -> object.addProperty(outcome.label(), count));
    return object;
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format + "%n", values);
  }
}
