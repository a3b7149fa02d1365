package io.github.gatewayqueue.local;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LocalQueueTest {

  /** The order in which a storm of interrupts comes. */
  enum Storm {
    FRONT_TO_BACK,
    BACK_TO_FRONT,
    RANDOM
  }

  @ParameterizedTest
  @CsvSource({"PT0.000000001S", "PT9223372036.854775807S"})
  void constructor_intervalAtTheEdge_isAccepted(Duration interval) throws InterruptedException {
    LocalQueue queue = new LocalQueue(interval);
    queue.request(0, 1);
    assertEquals(0, queue.waiting());
  }

  @Test
  void toString_isForPeople() {
    assertEquals("LocalQueue[interval=PT6S, waiting=0]", new LocalQueue().toString());
  }

  @Test
  @Thorough("twelve seconds; the default tier has the same at an interval of 300 ms")
  void request_threeShardsAtTheRealInterval_goAtZeroSixAndTwelveSeconds() throws Exception {
    requireThreeShardsApart(new LocalQueue(), Duration.ofSeconds(6));
  }

  @Test
  void request_threeShards_goAnIntervalApart() throws Exception {
    Duration interval = Duration.ofMillis(300);
    requireThreeShardsApart(new LocalQueue(interval), interval);
  }

  private static void requireThreeShardsApart(LocalQueue queue, Duration interval)
      throws Exception {
    Map<Long, Long> released = new ConcurrentHashMap<>();
    long start = System.nanoTime();
    List<Asking> askings = new ArrayList<>();
    for (int id = 0; id < 3; id++) {
      askings.add(
          Asking.of(
              (shard, total) -> {
                queue.request(shard, total);
                released.put(shard, System.nanoTime() - start);
              },
              id,
              3));
      int asked = id + 1;
      Await.until(() -> released.size() + queue.waiting() >= asked);
    }
    Asking.awaitReturns(askings);
    for (int k = 0; k < 3; k++) {
      long due = k * interval.toNanos();
      long after = requireNonNull(released.get((long) k)); // as they joined in this order
      assertTrue(after >= due, k + " released after " + after + " ns");
    }
  }

  @Test
  void request_100000WaitingAndInterruptedAtRandom_leavesAnEmptyLine() throws Exception {
    requireEmptyLineAfter(Storm.RANDOM);
  }

  @ParameterizedTest
  @EnumSource(names = "RANDOM", mode = EnumSource.Mode.EXCLUDE)
  @Thorough("seconds each; the default tier interrupts as many at random")
  void request_100000WaitingAndAllInterrupted_leavesAnEmptyLine(Storm storm) throws Exception {
    requireEmptyLineAfter(storm);
  }

  private static void requireEmptyLineAfter(Storm storm) throws Exception {
    int count = 100_000;
    LocalQueue queue = new LocalQueue(Duration.ofHours(1));
    queue.request(0, 1);
    List<Asking> askings = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      askings.add(Asking.of(queue, 0, 1));
    }
    Await.until(() -> queue.waiting() == count);
    switch (storm) {
      case FRONT_TO_BACK -> {}
      case BACK_TO_FRONT -> Collections.reverse(askings);
      case RANDOM -> Collections.shuffle(askings, new Random(1));
    }
    askings.forEach(Asking::interrupt);
    for (Asking asking : askings) {
      asking.awaitInterruptedException();
    }
    assertEquals(0, queue.waiting());
    Asking late = Asking.of(queue, 0, 1);
    Await.until(() -> queue.waiting() == 1);
    late.interrupt();
    late.awaitInterruptedException();
  }
}
