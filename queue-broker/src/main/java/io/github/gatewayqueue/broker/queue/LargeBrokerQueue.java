package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.engine.EngineAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * As many buckets and starts as Discord allows. It reads the limit when it is unknown or old, even
 * while no request waits: so a broker is ready before its first request, and its status shows
 * starts that are used elsewhere.
 */
final class LargeBrokerQueue implements BrokerQueue {
  private final LimitReadings readings;
  private final LargeBotQueue queue;

  LargeBrokerQueue(QueueSettings settings) {
    readings = new LimitReadings(settings);
    LargeBotQueue.Builder builder =
        LargeBotQueue.builder(readings)
            .interval(settings.interval())
            .startDelay(settings.startDelay())
            .reserve(settings.reserve())
            .whenExhausted(settings.whenExhausted())
            .brake(settings.brake());
    Path record = settings.record();
    queue = record == null ? builder.build() : builder.record(record).build();
  }

  @Override
  public void refresh() {
    if (readings.isRefused()) {
      return;
    }
    queue.readLimitIfUnknown();
    if (readings.isOld()) {
      queue.refresh();
    }
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
  public LimitReadings readings() {
    return readings;
  }

  @Override
  public Optional<Duration> readingAge() {
    return queue.readingAge();
  }
}
