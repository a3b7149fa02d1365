package io.github.gatewayqueue.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EverySecondTest {
  @Test
  void start_taskFails_isRepeatedUntilItSaysSo() throws Exception {
    var times = new AtomicInteger();
    var ended = new CountDownLatch(1);
    try (var repeated =
        new EverySecond(
            "test",
            () -> {
              if (times.incrementAndGet() == 1) {
                throw new OutOfMemoryError("as told");
              }
              ended.countDown();
              return false;
            })) {
      repeated.start();
      ended.await();
      assertEquals(2, times.get());
    }
  }
}
