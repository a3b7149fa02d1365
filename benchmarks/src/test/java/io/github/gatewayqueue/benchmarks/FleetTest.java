package io.github.gatewayqueue.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class FleetTest {
  private final Results results = new Results();
  private final Report report = new Report();

  /** Takes the figures of a bot's three sizes. */
  private void measured(String row, double seconds, int down, int early, int starts) {
    Map<String, Integer> shards =
        Map.of("one_bucket", 32, "sixteen_buckets", 32, "thousand", 1_000);
    shards.forEach((size, count) -> {
      String key = row + "-" + size;
      Map.of(
              "seconds", seconds,
              "down", (double) down,
              "shards", (double) count,
              "early", (double) early,
              "starts", (double) count + starts)
          .forEach(
              (name, value) -> results.accept("figure LARGE %s-%s %s".formatted(key, name, value)));
    });
  }

  private List<String> rows() {
    new Fleet().report(results, report);
    return report.render("", "").lines().filter(line -> line.startsWith("| ")).toList();
  }

  @Test
  void report_nothingMeasured_hasDiscordsLimitAndSaysSo() {
    List<String> rows = rows();
    assertEquals("| Discord's own limit | 155 | 5 | 310 | 0 | 1,064 |", rows.get(1));
    assertTrue(
        rows.stream().skip(2).allMatch(row -> row.contains("| not measured |")), rows::toString);
    assertEquals(List.of(), report.violations());
  }

  @Test
  void report_library_hasItsSeconds() {
    measured("jda", 7.64, 0, 2, 3);
    assertEquals("| JDA with its own controller | 7.6 | 7.6 | 7.6 | 6 | 1,073 |", rows().get(3));
    assertEquals(List.of(), report.violations());
  }

  @Test
  void report_ourShardsComeTooEarlyOrNotUp_isAViolation() {
    measured("jda_queue", 5, 0, 0, 0);
    assertEquals(List.of(), violations());
    Stream.of("kord_queue", "discord_js_broker").forEach(row -> measured(row, 5, 1, 0, 0));
    measured("web_sockets", 5, 0, 1, 0);
    measured("discord4j_queue", 5, 0, 0, 1);
    assertEquals(4, violations().size(), report.violations()::toString);
  }

  private List<String> violations() {
    rows();
    return report.violations();
  }
}
