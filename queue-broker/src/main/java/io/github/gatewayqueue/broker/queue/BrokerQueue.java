package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a broker needs of its queue, whichever implementation that is. */
public interface BrokerQueue extends AutoCloseable {
  static BrokerQueue of(QueueSettings settings) {
    URI redis = settings.redis();
    if (redis != null) {
      return new RedisBrokerQueue(settings, redis);
    }
    return settings.discordToken() == null
        ? new LocalBrokerQueue(settings)
        : new LargeBrokerQueue(settings);
  }

  /**
   * Blocks until a shard may start a session, and holds its bucket until it is told what became of
   * the start, for at most so long.
   */
  SessionStart acquire(long id, long total, Duration holdTimeout) throws InterruptedException;

  /**
   * Returns if so many starts are left besides the reserve, by a fresh reading.
   *
   * @throws IOException if that cannot be known
   * @throws GatewayQueueException if there are fewer, or the token is refused
   */
  default void require(int starts) throws IOException, InterruptedException {
    throw LimitReadings.noToken();
  }

  /**
   * Finds out what has changed elsewhere, which may take a while. Called once a second, never by
   * two threads at once, and only after the broker listens: a broker that cannot listen must not
   * ask Discord.
   */
  default void refresh() {}

  /** Returns whether Discord's limit is kept to, so that a start is a loss. */
  default boolean isLimited() {
    return false;
  }

  /** Returns what the status calls it. */
  String kind();

  /** Returns how many buckets there are, 1 as long as that is not known. */
  int buckets();

  /**
   * Returns the waiting threads of each bucket, in the order of its line; null for who waits
   * elsewhere. Walks every line.
   */
  List<? extends List<? extends @Nullable Thread>> lines();

  /** Returns how each bucket stands, and the limit if there is one. */
  QueueSnapshot snapshot();

  /** Returns what this broker knows of its readings of the limit: nothing without a token. */
  LimitReadings readings();

  /** Returns the age of the last reading of the limit, by any broker; nothing if there is none. */
  default Optional<Duration> readingAge() {
    return Optional.empty();
  }

  /** Returns what is wrong now, for people to read. */
  default List<String> problems() {
    return readings().problems(snapshot());
  }

  /** Returns why nobody is released within a minute, or null if that passes by itself. */
  default @Nullable NotReady whyNotReady() {
    return NotReady.of(snapshot(), readings().reserve(), Instant.now());
  }

  @Override
  default void close() {}
}
