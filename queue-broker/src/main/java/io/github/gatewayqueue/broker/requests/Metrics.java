package io.github.gatewayqueue.broker.requests;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.broker.queue.BrokerQueue;
import io.github.gatewayqueue.broker.queue.NotReady;
import io.github.gatewayqueue.broker.queue.Version;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The metrics of a broker, for Prometheus. Safe for use by many threads. */
public final class Metrics {
  /** How a request ended. */
  public enum Outcome {
    /** Released, and its client was told. */
    RELEASED,
    /** Its client hung up before it was told. */
    HUNG_UP,
    /** Refused: its query is invalid, or it is too long or not valid HTTP. */
    BAD_REQUEST,
    /** Refused because a browser sent it for a page of another site. */
    CROSS_SITE,
    /** Refused because it had no proper token. */
    UNAUTHORIZED,
    /** Refused because too many wait. */
    FULL,
    /** Refused, or ended, because the broker stops. */
    STOPPING,
    /** Refused because the session starts of the day are used up. */
    EXHAUSTED,
    /** Failed for another reason. */
    FAILED
  }

  /** What is ready to be sent. */
  public record Page(String type, String body) {}

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormatWriter text;
  private final ExpositionFormatWriter openMetrics;
  private final Counter requests;
  private final Counter holds;
  private final Histogram wait;

  public Metrics(BrokerQueue queue) {
    ExpositionFormats formats = ExpositionFormats.init();
    text = formats.getPrometheusTextFormatWriter();
    openMetrics = formats.getOpenMetricsTextFormatWriter();
    requests =
        Counter.builder()
            .name("gateway_queue_requests_total")
            .help("Requests for a session start, by how they ended")
            .labelNames("outcome")
            .register(registry);
    for (Outcome outcome : Outcome.values()) {
      requests.initLabelValues(label(outcome));
    }
    holds =
        Counter.builder()
            .name("gateway_queue_holds_total")
            .help("Starts that clients held, by the first that was said of them")
            .labelNames("said")
            .register(registry);
    for (HeldStart.Word word : HeldStart.Word.values()) {
      holds.initLabelValues(label(word));
    }
    wait =
        Histogram.builder()
            .name("gateway_queue_wait_seconds")
            .help("How long released requests waited")
            .classicOnly()
            .classicUpperBounds(0.1, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400)
            .register(registry);
    registerQueue(queue);
    registerProcess();
  }

  /** Not all that there are: those of allocations add a listener that would outlive the broker. */
  private void registerProcess() {
    JvmBufferPoolMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
    JvmMemoryMetrics.builder().register(registry);
    JvmThreadsMetrics.builder().register(registry);
    ProcessMetrics.builder().register(registry);
  }

  private void registerQueue(BrokerQueue queue) {
    Info.builder()
        .name("gateway_queue_build_info")
        .help("Which broker this is")
        .labelNames("version", "queue")
        .register(registry)
        .addLabelValues(Version.current(), queue.kind());
    GaugeWithCallback.builder()
        .name("gateway_queue_waiting")
        .help("Requests in line, by bucket")
        .labelNames("bucket")
        .callback(gauge -> {
          List<QueueSnapshot.Bucket> buckets = queue.snapshot().buckets();
          for (int i = 0; i < buckets.size(); i++) {
            gauge.call(buckets.get(i).waiting(), String.valueOf(i));
          }
        })
        .register(registry);
    gauge(
        "gateway_queue_held",
        "Starts that were released and of which nothing has been said yet",
        () -> queue.snapshot().buckets().stream().mapToInt(bucket -> bucket.holds().size()).sum());
    gauge(
        "gateway_queue_limit_reading_age_seconds",
        "Seconds since the session start limit was read",
        () -> queue.readingAge().map(Metrics::seconds).orElse(null));
    counter(
        "gateway_queue_limit_read_failures_total",
        "How often the session start limit could not be read from Discord",
        queue.readings()::failed);
    counter(
        "gateway_queue_session_starts_used_elsewhere_total",
        "Session starts of the bot that this broker did not release",
        () -> queue.snapshot().usedElsewhere());
    gauge(
        "gateway_queue_paused",
        "Requests of shards that start again and again, which wait before they join the line",
        () -> queue.snapshot().pauses().size());
    gauge(
        "gateway_queue_session_starts_remaining",
        "Session starts left until the reset, the reserve among them",
        () -> queue.snapshot().limit().map(SessionStartLimit::remaining).orElse(null));
    gauge(
        "gateway_queue_session_starts_limit",
        "Session starts that Discord allows in 24 hours",
        () -> queue.snapshot().limit().map(SessionStartLimit::total).orElse(null));
    gauge(
        "gateway_queue_session_starts_reset_seconds",
        "Seconds until the session starts are reset",
        () -> queue.snapshot().limit().map(limit -> seconds(limit.resetAfter())).orElse(null));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  /** Registers a gauge that is absent as long as its value is null. */
  private void gauge(String name, String help, Supplier<? extends @Nullable Number> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(gauge -> {
          Number now = value.get();
          if (now != null) {
            gauge.call(now.doubleValue());
          }
        })
        .register(registry);
  }

  private void counter(String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(counter -> counter.call((double) value.getAsLong()))
        .register(registry);
  }

  /** Shows whether the broker is ready. */
  public void registerReady(Supplier<@Nullable NotReady> whyNotReady) {
    gauge(
        "gateway_queue_ready",
        "0 if nobody is released within a minute: the limit is not known, the session starts are"
            + " used up, Redis does not answer, or the broker stops; else 1",
        () -> whyNotReady.get() == null ? 1 : 0);
  }

  public void ended(Outcome outcome) {
    requests.labelValues(label(outcome)).inc();
  }

  void holdEnded(HeldStart.Word said) {
    holds.labelValues(label(said)).inc();
  }

  /** Returns what an outcome, or what was said, is called. */
  public static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Returns of how many starts that were held this was said first. */
  public long count(HeldStart.Word said) {
    return (long) holds.labelValues(label(said)).get();
  }

  /** Returns how many requests ended so. */
  public long count(Outcome outcome) {
    return (long) requests.labelValues(label(outcome)).get();
  }

  void waited(long nanos) {
    wait.observe(nanos / 1e9);
  }

  /** Returns the page in the form that a client asks for. */
  public Page page(@Nullable String accept) {
    ExpositionFormatWriter writer = openMetrics.accepts(accept) ? openMetrics : text;
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    try {
      writer.write(page, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Page(writer.getContentType(), page.toString(UTF_8));
  }
}
