package io.github.gatewayqueue.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.testsupport.Await;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Prometheus reads of a bot's process, beside what it reads of a broker. */
class PrometheusNamesTest {
  /** What only a program that has clients, and reads the limit itself, can tell. */
  private static final Set<String> OF_THE_BROKER =
      Set.of(
          "gateway_queue_build_info gauge",
          "gateway_queue_limit_read_failures_total counter",
          "gateway_queue_ready gauge");

  /** Micrometer's timers have one besides, and starts end in this process. */
  private static final Set<String> OF_MICROMETER =
      Set.of("gateway_queue_unanswered_total counter", "gateway_queue_wait_seconds_max gauge");

  @Test
  void namesAndTypes_areTheBrokers() throws Exception {
    Set<String> expected = found("# TYPE (gateway_queue_.*)", brokers());
    assertTrue(expected.removeAll(OF_THE_BROKER));
    expected.addAll(OF_MICROMETER);
    assertEquals(expected, found("# TYPE (gateway_queue_.*)", ours()));
  }

  @Test
  void histogram_hasTheBrokersBuckets() throws Exception {
    String bucket = "gateway_queue_wait_seconds_bucket\\{le=\"(.*)\"}";
    assertEquals(found(bucket, brokers()), found(bucket, ours()));
  }

  private static String ours() throws InterruptedException {
    var limit = new SessionStartLimit(1000, 1000, Duration.ofHours(1), 1);
    LargeBotQueue large =
        LargeBotQueue.builder(() -> limit).startDelay(Duration.ZERO).initialLimit(limit).build();
    MeteredQueue queue = new MeteredQueue(large);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    queue.bindTo(registry);
    queue.request(0, 1);
    return registry.scrape();
  }

  private static String brokers() {
    try (FakeDiscord discord = FakeDiscord.builder().start();
        Broker broker =
            Broker.builder()
                .port(0)
                .discordToken(FakeDiscord.DEFAULT_TOKEN)
                .discordApi(discord.restUri())
                .start()) {
      return Await.await()
          .until(
              () -> read(broker.uri().resolve("/metrics")),
              page -> // the limit may come while the page is made
              Stream.of("limit ", "remaining ", "reset_seconds ")
                      .allMatch(name -> page.contains("gateway_queue_session_starts_" + name)));
    }
  }

  private static String read(URI uri) throws IOException {
    try (InputStream page = uri.toURL().openStream()) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Set<String> found(String pattern, String page) {
    return Pattern.compile(pattern)
        .matcher(page)
        .results()
        .map((MatchResult match) -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
