package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.large.LargeBotQueueSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the limit from Discord, and remembers what came of it. Reads it once before the start delay
 * as well, to report a bad token at once, and the limit to those who watch. The queue does not see
 * that reading, in which the predecessor's last starts may be missing: it reads after the delay.
 * Safe for use by many threads.
 */
final class LimitReadings implements SessionStartLimitSource, AutoCloseable {
  private final SessionStartLimitSource discord;
  private final AtomicLong failed = new AtomicLong();
  private final CompletableFuture<GatewayQueueException> refused = new CompletableFuture<>();

  private final Thread firstReader;

  /** As it was read before the start delay, unless it could not be read since then. */
  private volatile @Nullable SessionStartLimit first;

  /** As it was last read. */
  private volatile int maxConcurrency = 1;

  /** When it was last read. */
  private volatile @Nullable Instant readAt;

  /** What was wrong with the last reading, if something was. */
  private volatile @Nullable String failure;

  LimitReadings(Settings settings, String token) {
    discord = DiscordSessionStartLimitSource.builder(token).baseUrl(settings.discordApi()).build();
    firstReader =
        Thread.ofVirtual()
            .name("first-reader")
            .inheritInheritableThreadLocals(false)
            .unstarted(this::readFirst);
    if (settings.startDelay().isPositive()) {
      firstReader.start();
    }
  }

  private void readFirst() {
    try {
      first = fetch();
    } catch (IOException | RuntimeException e) {
      // was noted, and the queue reads it after the start delay
    } catch (InterruptedException e) {
      // the broker is closed
    }
  }

  @Override
  public SessionStartLimit fetch() throws IOException, InterruptedException {
    try {
      SessionStartLimit limit = discord.fetch();
      maxConcurrency = limit.maxConcurrency();
      readAt = Instant.now();
      failure = null;
      return limit;
    } catch (GatewayQueueException e) {
      fail(e);
      refused.complete(e);
      throw e;
    } catch (IOException | RuntimeException e) {
      fail(e);
      throw e;
    }
  }

  private void fail(Exception e) {
    first = null;
    failed.incrementAndGet();
    failure = "the session start limit could not be read, trying again: " + e.getMessage();
  }

  int maxConcurrency() {
    return maxConcurrency;
  }

  /** Returns when it was last read, or null if it was not. */
  @Nullable Instant readAt() {
    return readAt;
  }

  /** Returns how often in all it could not be read. */
  long failed() {
    return failed.get();
  }

  boolean isRefused() {
    return refused.isDone();
  }

  /** Returns a queue's snapshot, with the first reading as long as the queue itself has none. */
  LargeBotQueueSnapshot complete(LargeBotQueueSnapshot snapshot) {
    SessionStartLimit read = first;
    return read == null || snapshot.limit().isPresent()
        ? snapshot
        : new LargeBotQueueSnapshot(snapshot.buckets(), Optional.of(read));
  }

  /** Returns whether a queue with this snapshot releases requests, once the start delay is over. */
  boolean isKnown(LargeBotQueueSnapshot snapshot) {
    return snapshot.buckets().getFirst().nextRelease() != null
        || (snapshot.limit().isEmpty() && first != null);
  }

  /** Returns a stage that is completed when Discord refuses the token. */
  CompletionStage<GatewayQueueException> refused() {
    return refused;
  }

  /** Returns how many starts are held back: the queues leave at least one of a day to be used. */
  static int heldBack(SessionStartLimit limit, int reserve) {
    return Math.min(reserve, Math.max(0, limit.total() - 1));
  }

  /**
   * Adds what is wrong, for people to read.
   *
   * @param limit the limit as it stands, or null if that is not known
   */
  void addProblems(List<String> problems, @Nullable SessionStartLimit limit, int reserve) {
    String failed = failure;
    if (failed != null) {
      problems.add(failed);
    }
    if (limit != null && limit.remaining() <= heldBack(limit, reserve)) {
      problems.add(
          "the session starts are used up: %s of %s left, %s of them in reserve; reset in %s"
              .formatted(
                  limit.remaining(),
                  limit.total(),
                  Math.min(heldBack(limit, reserve), limit.remaining()),
                  DurationText.rough(limit.resetAfter())));
    }
  }

  @Override
  public void close() {
    firstReader.interrupt();
  }
}
