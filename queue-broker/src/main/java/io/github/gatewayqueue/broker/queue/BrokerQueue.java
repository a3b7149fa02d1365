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
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a broker needs of its queue, whichever implementation that is. */
public interface BrokerQueue extends AutoCloseable {
  static BrokerQueue of(QueueSettings settings) {
    String token = settings.discordToken();
    URI redis = settings.redis();
    if (redis != null) {
      return new RedisBrokerQueue(settings, redis);
    }
    return token == null ? new LocalBrokerQueue(settings) : new LargeBrokerQueue(settings, token);
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
    throw new IOException("without a Discord token there is no session start limit");
  }

  /** Called once, when the broker listens: what a broker that cannot must not do begins here. */
  default void start() {}

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

  /** Returns when this broker last read the limit, or null if it has not. */
  default @Nullable Instant limitReadAt() {
    return null;
  }

  /** Returns the age of the last reading of the limit, by any broker; nothing if there is none. */
  default Optional<Duration> readingAge() {
    return Optional.empty();
  }

  /** Returns what is wrong now, for people to read. */
  List<String> problems();

  /** Returns how often in all the limit could not be read. */
  long failedReadings();

  /** Returns why nobody is released within a minute, or null if that passes by itself. */
  @Nullable NotReady whyNotReady();

  /** Returns a stage that is completed when nobody will ever be released. */
  CompletionStage<GatewayQueueException> refused();

  @Override
  void close();
}
