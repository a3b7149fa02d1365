package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.engine.EngineAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * As many buckets and starts as Discord allows. It reads the limit when it is unknown or old, even
 * while no request waits: so a broker is ready before its first request, and its status shows
 * starts that are used elsewhere.
 */
final class LargeBrokerQueue implements BrokerQueue {
  private final LimitReadings readings;
  private final LargeBotQueue queue;
  private final int reserve;
  private final EverySecond refresher = new EverySecond("refresher", this::refresh);

  LargeBrokerQueue(QueueSettings settings, String token) {
    readings = new LimitReadings(settings, token);
    reserve = settings.reserve();
    LargeBotQueue.Builder builder =
        LargeBotQueue.builder(readings)
            .interval(settings.interval())
            .startDelay(settings.startDelay())
            .reserve(reserve)
            .whenExhausted(settings.whenExhausted())
            .brake(settings.brake());
    Path record = settings.record();
    queue = record == null ? builder.build() : builder.record(record).build();
  }

  private boolean refresh() {
    if (readings.isRefused()) {
      return false;
    }
    queue.readLimitIfUnknown();
    if (readings.isOld()) {
      queue.refresh();
    }
    return true;
  }

  @Override
  public SessionStart acquire(long id, long total, Duration holdTimeout)
      throws InterruptedException {
    return queue.acquire(id, total, holdTimeout);
  }

  @Override
  public void require(int starts) throws IOException, InterruptedException {
    queue.require(starts);
  }

  @Override
  public void start() {
    refresher.start();
  }

  @Override
  public boolean isLimited() {
    return true;
  }

  @Override
  public String kind() {
    return "large";
  }

  @Override
  public int buckets() {
    return readings.maxConcurrency();
  }

  @Override
  public List<? extends List<? extends @Nullable Thread>> lines() {
    return EngineAccess.bucketsOf(queue).lines();
  }

  @Override
  public QueueSnapshot snapshot() {
    return queue.snapshot();
  }

  @Override
  public @Nullable Instant limitReadAt() {
    return readings.readAt();
  }

  @Override
  public Optional<Duration> readingAge() {
    return queue.readingAge();
  }

  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    readings.addFailure(problems);
    LimitReadings.addProblems(problems, snapshot(), reserve);
    return problems;
  }

  @Override
  public long failedReadings() {
    return readings.failed();
  }

  @Override
  public @Nullable NotReady whyNotReady() {
    return NotReady.of(queue.snapshot(), reserve, Instant.now());
  }

  @Override
  public CompletionStage<GatewayQueueException> refused() {
    return readings.refused();
  }

  @Override
  public void close() {
    refresher.close();
  }
}
