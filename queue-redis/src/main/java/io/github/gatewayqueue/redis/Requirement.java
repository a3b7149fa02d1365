package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.internal.DurationText;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A call of {@link RedisQueue#require}: that so many starts are left, by a young reading. Its
 * thread waits here, and the worker decides.
 */
final class Requirement {
  /** Longer than it takes another process to take over a reading, and to make it. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final long YOUNG_MICROS = TimeUnit.SECONDS.toMicros(30);

  private final int starts;
  private final CompletableFuture<Void> met = new CompletableFuture<>();

  /** When a reading first left it uncertain, by {@link System#nanoTime}. */
  private OptionalLong uncertainNanos = OptionalLong.empty();

  Requirement(int starts) {
    this.starts = starts;
  }

  /** Waits for how it ends. */
  void await() throws IOException, InterruptedException {
    await(PATIENCE);
  }

  void await(Duration patience) throws IOException, InterruptedException {
    try {
      met.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "no process has read the session start limit within " + DurationText.exact(patience), e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case GatewayQueueException refusal -> throw refusal;
        case null, default -> throw new IllegalStateException(e); // it is not completed so
      }
    }
  }

  void fail(Exception failure) {
    met.completeExceptionally(failure);
  }

  /** Returns whether that is known by an answer of the store. */
  boolean judge(StepReply reply, RedisQueueSettings settings) {
    StepReply.Budget budget = reply.budget();
    SessionStartLimit limit = reply.limit();
    if (limit == null || budget.age() < 0 || budget.age() >= YOUNG_MICROS) {
      if (budget.closedNanos() > 0) {
        Duration closed = Duration.ofNanos(budget.closedNanos());
        var asked =
            new SessionStartLimitUnavailableException(
                "Discord asks not to be asked for the limit for " + DurationText.measured(closed),
                closed);
        fail(new IOException("could not read the session start limit: " + asked, asked));
      }
    } else if (budget.usable() >= starts) {
      met.complete(null);
    } else if (budget.usable() + budget.uncertain() < starts || isUncertainAgain(budget)) {
      Instant resetsAt = Instant.now().plus(limit.resetAfter());
      fail(new SessionStartLimitExceededException(limit, settings.reserve(), starts, resetsAt));
    }
    return met.isDone();
  }

  /**
   * Whether a second reading shows no more than the first. A held start can cause that until its
   * hold ends.
   */
  private boolean isUncertainAgain(StepReply.Budget budget) {
    long nowNanos = System.nanoTime();
    if (uncertainNanos.isEmpty()) {
      uncertainNanos = OptionalLong.of(nowNanos);
    }
    return Micros.toNanos(budget.age()) < nowNanos - uncertainNanos.getAsLong();
  }
}
