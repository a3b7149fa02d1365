package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimits;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.large.LargeBotQueueSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * As many buckets and starts as Discord allows. Whether or not anybody waits, it has the limit read
 * when that is not known, so that a broker is ready before its first request.
 */
final class LargeBrokerQueue implements BrokerQueue {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final LargeBotQueue queue;
  private final int reserve;
  private final Thread refresher;
  private final AtomicLong failedReadings = new AtomicLong();
  private final CompletableFuture<GatewayQueueException> refused = new CompletableFuture<>();

  /** As it was last read. */
  private volatile int maxConcurrency = 1;

  /** What was wrong with the last reading, if something was. */
  private volatile @Nullable String failure;

  LargeBrokerQueue(Settings settings, String token) {
    SessionStartLimitSource discord =
        DiscordSessionStartLimits.builder(token).baseUrl(settings.discordApi()).build();
    reserve = settings.reserve();
    queue =
        LargeBotQueue.builder(() -> read(discord))
            .interval(settings.interval())
            .startDelay(settings.startDelay())
            .reserve(reserve)
            .whenExhausted(settings.whenExhausted())
            .build();
    refresher =
        Thread.ofVirtual()
            .name("refresher")
            .inheritInheritableThreadLocals(false)
            .start(() -> refresh(settings.startDelay()));
  }

  private SessionStartLimit read(SessionStartLimitSource discord)
      throws IOException, InterruptedException {
    try {
      SessionStartLimit limit = discord.fetch();
      maxConcurrency = limit.maxConcurrency();
      failure = null;
      return limit;
    } catch (GatewayQueueException e) {
      failed(e);
      refused.complete(e);
      throw e;
    } catch (IOException | RuntimeException e) {
      failed(e);
      throw e;
    }
  }

  private void failed(Exception e) {
    failedReadings.incrementAndGet();
    failure = "the session start limit could not be read, trying again: " + e.getMessage();
  }

  /** The predecessor's last starts are to be counted in what is read, so it waits before. */
  private void refresh(Duration startDelay) {
    try {
      Thread.sleep(startDelay);
      while (!refused.isDone()) {
        queue.refresh();
        Thread.sleep(LOOK_AGAIN);
      }
    } catch (InterruptedException e) {
      // the broker is closed
    }
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    queue.request(id, total);
  }

  @Override
  public String kind() {
    return "large";
  }

  @Override
  public int buckets() {
    return maxConcurrency;
  }

  @Override
  public int waiting() {
    return queue.waiting();
  }

  @Override
  public List<List<Thread>> lines() {
    return queue.lines();
  }

  @Override
  public LargeBotQueueSnapshot snapshot() {
    return queue.snapshot();
  }

  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    String failed = failure;
    if (failed != null) {
      problems.add(failed);
    }
    SessionStartLimit limit = queue.snapshot().limit();
    if (limit != null && limit.remaining() <= reserve) {
      problems.add(
          "the session starts are used up: %d of %d left, %d of them in reserve; reset in %s"
              .formatted(
                  limit.remaining(),
                  limit.total(),
                  Math.min(reserve, limit.remaining()),
                  DurationText.rough(limit.resetAfter())));
    }
    return problems;
  }

  @Override
  public long failedReadings() {
    return failedReadings.get();
  }

  /** Spacing and budget of a bucket tell when it may release next, unless the limit is unknown. */
  @Override
  public boolean isReady() {
    return queue.snapshot().buckets().getFirst().nextRelease() != null;
  }

  @Override
  public CompletionStage<GatewayQueueException> refused() {
    return refused;
  }

  @Override
  public void close() {
    refresher.interrupt();
  }
}
