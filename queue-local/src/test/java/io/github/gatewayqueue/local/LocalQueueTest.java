package io.github.gatewayqueue.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
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
  @CsvSource({
    "PT0S",
    "PT-6S",
    "PT-0.000000001S",
    "PT9223372036.854775808S", // one nanosecond too long
    "PT2562047788015215H30M7.999999999S"
  })
  void constructor_intervalOutOfRange_isRefusedByName(Duration interval) {
    var thrown = assertThrows(IllegalArgumentException.class, () -> new LocalQueue(interval));
    assertEquals(
        "interval is " + interval + ", expected 1 ns to 9223372036854775807 ns",
        thrown.getMessage());
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void constructor_null_isRefused() {
    assertThrows(NullPointerException.class, () -> new LocalQueue(null));
  }

  @ParameterizedTest
  @CsvSource({"PT0.000000001S", "PT9223372036.854775807S"})
  void constructor_intervalAtTheEdge_isAccepted(Duration interval) throws InterruptedException {
    LocalQueue queue = new LocalQueue(interval);
    queue.request(0, 1);
    assertEquals(0, queue.waiting());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
           0 |  0 | total is 0, expected at least 1
           0 | -3 | total is -3, expected at least 1
          -1 |  2 | shard id is -1 of total 2, expected 0 to 1
           2 |  2 | shard id is 2 of total 2, expected 0 to 1
          """)
  void request_badShard_isRefusedByNameAndNothingJoins(long id, long total, String message) {
    LocalQueue queue = new LocalQueue(Duration.ofHours(1));
    var thrown = assertThrows(IllegalArgumentException.class, () -> queue.request(id, total));
    assertEquals(message, thrown.getMessage());
    assertEquals(0, queue.waiting());
  }

  @Test
  void toString_isForPeople() {
    assertEquals("LocalQueue[interval=PT6S, waiting=0]", new LocalQueue().toString());
  }

  @Test
  void request_threeShardsAtTheRealInterval_goAtZeroSixAndTwelveSeconds() throws Exception {
    LocalQueue queue = new LocalQueue();
    List<Long> released = Collections.synchronizedList(new ArrayList<>());
    List<Long> ids = Collections.synchronizedList(new ArrayList<>());
    long start = System.nanoTime();
    List<Asking> askings = new ArrayList<>();
    for (int id = 0; id < 3; id++) {
      askings.add(
          Asking.of(
              (shard, total) -> {
                queue.request(shard, total);
                released.add(System.nanoTime() - start);
                ids.add(shard);
              },
              id,
              3));
      int asked = id + 1;
      Await.until(() -> ids.size() + queue.waiting() == asked);
    }
    for (Asking asking : askings) {
      asking.awaitReturn();
    }
    assertEquals(List.of(0L, 1L, 2L), ids);
    for (int k = 0; k < 3; k++) {
      long due = k * Duration.ofSeconds(6).toNanos();
      assertTrue(released.get(k) >= due, k + " released after " + released.get(k) + " ns");
    }
  }

  @ParameterizedTest
  @EnumSource
  void request_100000WaitingAndAllInterrupted_leavesAnEmptyLine(Storm storm) throws Exception {
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

  @Test
  void module_exportsItsPackageToAllAndItsEngineToTheQueuesOnTop() {
    var exports = LocalQueue.class.getModule().getDescriptor().exports();
    assertEquals(
        Set.of(
            "io.github.gatewayqueue.local to []",
            "io.github.gatewayqueue.local.engine to"
                + " [io.github.gatewayqueue.broker, io.github.gatewayqueue.large]"),
        exports.stream()
            .map(export -> export.source() + " to " + export.targets().stream().sorted().toList())
            .collect(Collectors.toSet()));
  }
}
