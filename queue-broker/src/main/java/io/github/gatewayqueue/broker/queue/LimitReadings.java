package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.internal.LimitText;
import io.github.gatewayqueue.internal.ReadingAge;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Reads the limit from Discord, and remembers the results. Safe for use by many threads. */
public final class LimitReadings implements SessionStartLimitSource {
  private final SessionStartLimitSource discord;
  private final int reserve;
  private final AtomicLong failed = new AtomicLong();
  private final CompletableFuture<GatewayQueueException> refused = new CompletableFuture<>();

  /** As it was last read. */
  private volatile int maxConcurrency = 1;

  /** When it was last read. */
  private volatile @Nullable Instant readAt;

  /** What was wrong with the last reading, if something was. */
  private volatile @Nullable String failure;

  LimitReadings(QueueSettings settings) {
    this(source(settings), settings.reserve());
  }

  LimitReadings(SessionStartLimitSource discord, int reserve) {
    this.discord = discord;
    this.reserve = reserve;
  }

  private static SessionStartLimitSource source(QueueSettings settings) {
    String token = settings.discordToken();
    if (token == null) {
      return () -> {
        throw noToken();
      };
    }
    return DiscordSessionStartLimitSource.builder(token).baseUrl(settings.discordApi()).build();
  }

  static IOException noToken() {
    return new IOException("without a Discord token there is no session start limit");
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
    failed.incrementAndGet();
    failure = "the session start limit could not be read, trying again: " + e.getMessage();
  }

  /** Returns how many session starts are not used. */
  int reserve() {
    return reserve;
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
  public @Nullable Instant readAt() {
    return readAt;
  }

  /** Returns how often in all it could not be read. */
  public long failed() {
    return failed.get();
  }

  boolean isRefused() {
    return refused.isDone();
  }

  /** Returns a stage that is completed when Discord refuses the token. */
  public CompletionStage<GatewayQueueException> refused() {
    return refused;
  }

  /**
   * Returns what was wrong with the last reading, and is with a queue, whichever process has read
   * its limit; for people to read.
   */
  List<String> problems(QueueSnapshot snapshot) {
    List<String> problems = new ArrayList<>();
    String failed = failure;
    if (failed != null) {
      problems.add(failed);
    }
    SessionStartLimit limit = snapshot.limit().orElse(null);
    if (limit != null && limit.remaining() <= LimitText.heldBack(limit, reserve)) {
      problems.add("the session starts are used up: " + LimitText.left(limit, reserve));
    }
    List<QueueSnapshot.Pause> pauses = snapshot.pauses();
    if (!pauses.isEmpty()) {
      QueueSnapshot.Pause first = pauses.getFirst();
      problems.add(
          "shards that start again and again wait before they join the line: %s, shard %s first,"
                  .formatted(pauses.size(), first.shard())
              + " with %s starts".formatted(first.starts()));
    }
    return problems;
  }
}
