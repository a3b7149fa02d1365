package io.github.gatewayqueue.discord4j;

import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** What a process does all of whose carriers are pinned. */
final class PinnedCarriersMain {
  private PinnedCarriersMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    PinnedCarriers carriers = PinnedCarriers.pin();
    var coordinator = new QueueShardCoordinator(new LocalQueue(Duration.ofNanos(1)));
    List<TestIdentify> identifies =
        IntStream.range(0, 4).mapToObj(id -> new TestIdentify(coordinator, id, 4, 2)).toList();
    Await.until(() -> identifies.stream().allMatch(TestIdentify::isSent));
    carriers.end();
  }
}
