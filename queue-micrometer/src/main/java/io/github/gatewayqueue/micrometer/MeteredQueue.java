package io.github.gatewayqueue.micrometer;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.LimitedQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * Measures any gateway queue by Micrometer. Requests are passed on to the queue, which alone
 * releases them.
 *
 * {@snippet file="io/github/gatewayqueue/micrometer/UsageTest.java" region="plain"}
 *
 * <p>The meters, which have the same names in a Prometheus registry as the broker's metrics:
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>meter</th><th>what it is</th></tr>
 *   <tr><td>{@code gateway.queue.requests}, by {@code outcome}</td><td>requests that ended: {@code
 *       released}, {@code interrupted}, {@code exhausted}: the session starts are used up, {@code
 *       failed}</td></tr>
 *   <tr><td>{@code gateway.queue.wait}</td><td>how long released requests waited, with the
 *       histogram's buckets of the broker</td></tr>
 *   <tr><td>{@code gateway.queue.waiting}</td><td>requests in line; for a queue that is not a
 *       {@link LimitedQueue}, calls that are under way</td></tr>
 *   <tr><td>{@code gateway.queue.held}</td><td>starts that are held</td></tr>
 *   <tr><td>{@code gateway.queue.holds}, by {@code said}</td><td>starts by the first method that
 *       was called: {@code identified}, {@code answered}, {@code cancelled}, {@code closed} (alone),
 *       {@code expired} (none in time)</td></tr>
 *   <tr><td>{@code gateway.queue.unanswered}</td><td>starts that were closed without {@link
 *       SessionStart#answered} or {@link SessionStart#cancel} before. With {@code queue-jda} and
 *       {@code queue-discord4j} those are the starts that did not become a session: op 9 (Invalid
 *       Session), or a connection that was lost before READY. {@code queue-kord} reports op 9 as
 *       an answer. Of a bot that never calls {@code answered}, every start is counted</td></tr>
 * </table>
 *
 * <table>
 *   <caption>More meters of a {@link LimitedQueue}; NaN while they are not known</caption>
 *   <tr><th>meter</th><th>what it is</th></tr>
 *   <tr><td>{@code gateway.queue.session.starts.remaining}, {@code
 *       gateway.queue.session.starts.limit}</td><td>the budget, and the day's total</td></tr>
 *   <tr><td>{@code gateway.queue.session.starts.reset}</td><td>seconds until the reset</td></tr>
 *   <tr><td>{@code gateway.queue.session.starts.used.elsewhere}</td><td>starts that this queue did
 *       not release</td></tr>
 *   <tr><td>{@code gateway.queue.limit.reading.age}</td><td>seconds since the limit was read</td>
 *       </tr>
 *   <tr><td>{@code gateway.queue.paused}</td><td>requests that the brake delays</td></tr>
 * </table>
 *
 * <p>Safe for use by many threads. Requests to the queue itself, which do not pass through this
 * one, are not counted. Registries keep no strong reference to this queue: its meters end when
 * nothing else refers to it.
 */
public final class MeteredQueue implements GatewayQueue, MeterBinder, AutoCloseable {
  private static final Duration[] WAIT_BUCKETS = {
    Duration.ofMillis(100),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofMinutes(1),
    Duration.ofMinutes(2),
    Duration.ofMinutes(5),
    Duration.ofMinutes(10),
    Duration.ofMinutes(30),
    Duration.ofHours(1),
    Duration.ofHours(4),
    Duration.ofDays(1)
  };

  private final GatewayQueue queue;
  private final Tags tags;
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private final Map<Outcome, LongAdder> outcomes = adders(Outcome.class);
  private final Map<Word, LongAdder> words = adders(Word.class);
  private final LongAdder unanswered = new LongAdder();

  /** One for each registry. */
  private final List<Timer> waits = new CopyOnWriteArrayList<>();

  /** How a request ended. */
  private enum Outcome {
    RELEASED,
    INTERRUPTED,
    EXHAUSTED,
    FAILED
  }

  /** What is said of a start. */
  private enum Word {
    IDENTIFIED,
    ANSWERED,
    CANCELLED,
    EXPIRED,
    CLOSED
  }

  /**
   * Creates a queue that measures another.
   *
   * @param queue the queue that releases
   */
  public MeteredQueue(GatewayQueue queue) {
    this(queue, Tags.empty());
  }

  /**
   * Creates a queue that measures another, for a process that has several.
   *
   * @param queue the queue that releases
   * @param tags what tells its meters from those of other queues in the same registry
   */
  public MeteredQueue(GatewayQueue queue, Iterable<Tag> tags) {
    this.queue = requireNonNull(queue, "queue");
    this.tags = Tags.of(tags);
  }

  private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
    Map<E, LongAdder> adders = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      adders.put(constant, new LongAdder());
    }
    return adders;
  }

  /**
   * Registers the meters. May be called for several registries. Waits are recorded from now on;
   * everything else counts from the creation of this queue.
   *
   * @param registry where they are registered
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    waits.add(
        Timer.builder("gateway.queue.wait")
            .description("How long released requests waited")
            .tags(tags)
            .serviceLevelObjectives(WAIT_BUCKETS)
            .register(registry));
    countEach(
        registry,
        "requests",
        "Requests for a session start, by how they ended",
        "outcome",
        outcomes);
    countEach(
        registry,
        "holds",
        "Starts that were held, by the first that was said of them",
        "said",
        words);
    count(
        registry,
        "unanswered",
        "Starts that were closed without a report of Discord's answer",
        tags,
        metered -> metered.unanswered.sum());
    gauge("held", "Starts of which nothing has been said yet", metered -> metered.held.get())
        .register(registry);
    if (queue instanceof LimitedQueue limited) {
      bindLimited(registry, limited);
    } else {
      gauge("waiting", "Requests that are under way", metered -> metered.underWay.get())
          .register(registry);
    }
  }

  private void bindLimited(MeterRegistry registry, LimitedQueue limited) {
    gauge("waiting", "Requests in line", metered -> limited.waiting()).register(registry);
    gauge(
            "paused",
            "Requests of shards that start again and again, which wait before they join the line",
            metered -> limited.paused())
        .register(registry);
    gauge(
            "session.starts.remaining",
            "Session starts left until the reset, the reserve among them",
            metered -> ofLimit(limited, SessionStartLimit::remaining))
        .register(registry);
    gauge(
            "session.starts.limit",
            "Session starts that Discord allows in 24 hours",
            metered -> ofLimit(limited, SessionStartLimit::total))
        .register(registry);
    gauge(
            "session.starts.reset",
            "Seconds until the session starts are reset",
            metered -> ofLimit(limited, limit -> seconds(limit.resetAfter())))
        .baseUnit("seconds")
        .register(registry);
    gauge(
            "limit.reading.age",
            "Seconds since the session start limit was read",
            metered -> limited.readingAge().map(MeteredQueue::seconds).orElse(Double.NaN))
        .baseUnit("seconds")
        .register(registry);
    count(
        registry,
        "session.starts.used.elsewhere",
        "Session starts of the bot that this queue did not release",
        tags,
        metered -> limited.usedElsewhere());
  }

  private static double ofLimit(LimitedQueue queue, ToDoubleFunction<SessionStartLimit> value) {
    SessionStartLimit limit = queue.limit().orElse(null);
    return limit == null ? Double.NaN : value.applyAsDouble(limit);
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private Gauge.Builder<MeteredQueue> gauge(
      String name, String help, ToDoubleFunction<MeteredQueue> value) {
    return Gauge.builder("gateway.queue." + name, this, value).description(help).tags(tags);
  }

  private <E extends Enum<E>> void countEach(
      MeterRegistry registry, String name, String help, String tag, Map<E, LongAdder> counts) {
    counts.forEach((constant, count) ->
        count(registry, name, help, tags.and(tag, label(constant)), metered -> count.sum()));
  }

  private void count(
      MeterRegistry registry,
      String name,
      String help,
      Tags tags,
      ToDoubleFunction<MeteredQueue> value) {
    FunctionCounter.builder("gateway.queue." + name, this, value)
        .description(help)
        .tags(tags)
        .register(registry);
  }

  /**
   * Blocks until the queue releases the shard, as its own {@link GatewayQueue#request} does.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @throws IllegalArgumentException if {@code total < 1}, {@code id < 0} or {@code id >= total}
   * @throws IllegalStateException if the queue is closed
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   * @throws GatewayQueueException if this request can never be released, or the queue is closed
   *     while it waits
   */
  @Override
  public void request(long id, long total) throws InterruptedException {
    measure(() -> {
      queue.request(id, total);
      return this;
    });
  }

  /**
   * Blocks until the queue releases the shard, and holds the start, as its own {@link
   * GatewayQueue#acquire} does.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @return the start
   * @throws IllegalArgumentException as {@link #request}
   * @throws IllegalStateException as {@link #request}
   * @throws InterruptedException as {@link #request}
   * @throws GatewayQueueException as {@link #request}
   */
  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    var start = new MeteredStart(); // before the release: nothing may fail after it
    start.start = measure(() -> queue.acquire(id, total));
    held.incrementAndGet();
    return start;
  }

  /** A call that waits. */
  private interface Waiting<T> {
    T call() throws InterruptedException;
  }

  private <T> T measure(Waiting<T> request) throws InterruptedException {
    Outcome outcome = Outcome.FAILED;
    long startNanos = System.nanoTime();
    underWay.incrementAndGet();
    try {
      T released = request.call();
      outcome = Outcome.RELEASED;
      return released;
    } catch (InterruptedException e) {
      outcome = Outcome.INTERRUPTED;
      throw e;
    } catch (SessionStartLimitExceededException e) {
      outcome = Outcome.EXHAUSTED;
      throw e;
    } finally {
      underWay.decrementAndGet();
      ended(outcome, System.nanoTime() - startNanos);
    }
  }

  private void ended(Outcome outcome, long nanos) {
    try {
      requireNonNull(outcomes.get(outcome)).increment();
      if (outcome == Outcome.RELEASED) {
        waits.forEach(wait -> wait.record(Duration.ofNanos(nanos)));
      }
    } catch (RuntimeException | Error e) {
      // a registry that fails costs nobody a start
    }
  }

  /**
   * Closes the queue that is measured, if it can be closed. The meters stay, and show what is last.
   */
  @Override
  public void close() {
    if (queue instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        throw new IllegalStateException("cannot close " + queue, e);
      }
    }
  }

  /** Returns the queue that is measured, for people to read. */
  @Override
  public String toString() {
    return "MeteredQueue[" + queue + "]";
  }

  /** A start, and whether something was said of it. */
  private final class MeteredStart implements SessionStart {
    private SessionStart start;
    private boolean over;
    private boolean ended;

    @SuppressWarnings("NullAway.Init") // acquire() sets it before anybody else gets hold of this
    MeteredStart() {}

    /** Counts what is said first, and starts that end unanswered. */
    private void say(Word word) {
      synchronized (this) {
        if (word != Word.IDENTIFIED && !ended) {
          ended = true;
          if (word == Word.CLOSED) {
            unanswered.increment();
          }
        }
        if (over) {
          return;
        }
        over = true;
      }
      held.decrementAndGet();
      requireNonNull(words.get(start.isExpired() ? Word.EXPIRED : word)).increment();
    }

    @Override
    public void identified() {
      say(Word.IDENTIFIED);
      start.identified();
    }

    @Override
    public void answered() {
      say(Word.ANSWERED);
      start.answered();
    }

    @Override
    public void cancel() {
      say(Word.CANCELLED);
      start.cancel();
    }

    @Override
    public boolean isExpired() {
      return start.isExpired();
    }

    @Override
    public void close() {
      say(Word.CLOSED);
      start.close();
    }
  }
}
