package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.internal.LimitText;
import io.github.gatewayqueue.internal.ReadingAge;
import io.github.gatewayqueue.large.LargeBotQueueSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the limit from Discord, and remembers what came of it. Reads it once before the start delay
 * as well, to report a bad token at once, and the limit to those who watch. The queue does not see
 * that reading, in which the predecessor's last starts may be missing: it reads after the delay.
 * Safe for use by many threads.
 */
public final class LimitReadings implements SessionStartLimitSource, AutoCloseable {
  private final SessionStartLimitSource discord;
  private final Duration startDelay;
  private final AtomicLong failed = new AtomicLong();
  private final CompletableFuture<GatewayQueueException> refused = new CompletableFuture<>();

  /** Completes when the first reading is over, for better or worse. */
  private final CompletableFuture<Void> firstOver = new CompletableFuture<>();

  private volatile @Nullable Thread firstReader;

  /** As it was read before the start delay, until the queue has or wants another reading. */
  private volatile @Nullable SessionStartLimit first;

  /** As it was last read. */
  private volatile int maxConcurrency = 1;

  /** When it was last read. */
  private volatile @Nullable Instant readAt;

  /** What was wrong with the last reading, if something was. */
  private volatile @Nullable String failure;

  LimitReadings(QueueSettings settings, String token) {
    this(
        DiscordSessionStartLimitSource.builder(token).baseUrl(settings.discordApi()).build(),
        settings.startDelay());
  }

  LimitReadings(SessionStartLimitSource discord, Duration startDelay) {
    this.discord = discord;
    this.startDelay = startDelay;
  }

  /** Reads it for the first time, in the background; called once, when the broker listens. */
  void start() {
    if (startDelay.isZero()) { // then the queue itself reads it at once
      firstOver.complete(null);
      return;
    }
    firstReader =
        Thread.ofVirtual()
            .name("first-reader")
            .inheritInheritableThreadLocals(false)
            .start(this::readFirst);
  }

  private void readFirst() {
    try {
      first = read();
    } catch (IOException | RuntimeException e) {
      // was noted, and the queue reads it after the start delay
    } catch (InterruptedException e) {
      // the broker is closed
    } finally {
      firstOver.complete(null);
    }
  }

  /** Reads it for the queue; one reading at a time, or an old one could pass for the last. */
  @Override
  public SessionStartLimit fetch() throws IOException, InterruptedException {
    try {
      firstOver.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it only ever completes
    }
    first = null;
    return read();
  }

  private SessionStartLimit read() throws IOException, InterruptedException {
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
    failed.incrementAndGet();
    failure = "the session start limit could not be read, trying again: " + e.getMessage();
  }

  int maxConcurrency() {
    return maxConcurrency;
  }

  /** Returns whether it was last read so long ago that it is worth reading again. */
  boolean isOld() {
    Instant read = readAt;
    return read != null && Duration.between(read, Instant.now()).compareTo(ReadingAge.DEFAULT) > 0;
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
    if (read == null) {
      return snapshot;
    }
    if (snapshot.limit().isPresent()) { // by another broker: the first is not to show up once more
      first = null;
      return snapshot;
    }
    return new LargeBotQueueSnapshot(
        snapshot.buckets(), Optional.of(read), snapshot.usedElsewhere(), snapshot.pauses());
  }

  /** Returns why a queue is not ready; the first reading shows that it will be after the delay. */
  @Nullable NotReady whyNotReady(LargeBotQueueSnapshot snapshot, int reserve) {
    if (snapshot.limit().isEmpty()) { // a store may not know yet that there is one
      return first == null ? NotReady.LIMIT_UNKNOWN : null;
    }
    return NotReady.of(snapshot, reserve, Instant.now());
  }

  /** Returns a stage that is completed when Discord refuses the token. */
  CompletionStage<GatewayQueueException> refused() {
    return refused;
  }

  /** Returns how many starts are held back: the queues leave at least one of a day to be used. */
  public static int heldBack(SessionStartLimit limit, int reserve) {
    return Math.min(reserve, Math.max(0, limit.total() - 1));
  }

  /** Adds what is wrong, for people to read. */
  void addProblems(List<String> problems, LargeBotQueueSnapshot snapshot, int reserve) {
    String failed = failure;
    if (failed != null) {
      problems.add(failed);
    }
    SessionStartLimit limit = snapshot.limit().orElse(null);
    if (limit != null && limit.remaining() <= heldBack(limit, reserve)) {
      problems.add(
          "the session starts are used up: " + LimitText.left(limit, heldBack(limit, reserve)));
    }
    List<LargeBotQueueSnapshot.Pause> pauses = snapshot.pauses();
    if (!pauses.isEmpty()) {
      LargeBotQueueSnapshot.Pause first = pauses.getFirst();
      problems.add(
          "shards that start again and again wait before they join the line: %s, shard %s first,"
                  .formatted(pauses.size(), first.shard())
              + " with %s starts".formatted(first.starts()));
    }
  }

  @Override
  public void close() {
    Thread reader = firstReader;
    if (reader != null) {
      reader.interrupt();
    }
  }
}
