package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.TestProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process with a slow way to the store, beside one with a fast way. How long the other one waits
 * is counted in steps of the slow one, each of which takes it a round trip, whatever the machine is
 * like.
 */
class SlowProcessTest extends RedisTestBase {
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final int STARTS = 5;

  /**
   * So many steps the slow one may take for each start that comes before the last of those: on a
   * machine that is busy it takes many while the other one gets no turn to run.
   */
  private static final int STEPS_EACH = 100;

  SlowProcessTest() {
    super(INTERVAL);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 10})
  void request_besideASlowProcess_isServed(int waiting) throws IOException {
    try (var proxy = new TestProxy(redis.port())) {
      proxy.delay(40, 40);
      AtomicInteger slowServed = assertServedBeside(proxy, Duration.ofMillis(1500), waiting);
      Await.until(() -> slowServed.get() > 0);
      closeQueues(); // before their way to the store is gone
    }
  }

  /** An answer is too old for it to use a start when it comes. */
  @Test
  void request_besideAProcessThatIsTooSlowForItsLease_isServed() throws IOException {
    try (var proxy = new TestProxy(redis.port())) {
      proxy.delay(160, 160);
      assertServedBeside(proxy, Duration.ofMillis(600), 4);
      closeQueues();
    }
  }

  private AtomicInteger assertServedBeside(TestProxy proxy, Duration lease, int waiting) {
    RedisQueue slow =
        open(
            RedisQueue.builder(proxy.uri("redis"))
                .namespace(namespace)
                .interval(INTERVAL)
                .lease(lease)
                .startDelay(Duration.ZERO));
    Await.until(() -> !process().isEmpty());
    String process = process();
    AtomicInteger slowServed = ask(slow, 1);
    AtomicInteger served = ask(open(builder().lease(lease)), waiting);
    Await.until(() -> served.get() > 0);
    long firstStep = steps(process);
    int before = served.get();
    Await.until(() -> served.get() >= before + STARTS);
    long steps = steps(process) - firstStep;
    // Between two starts of the one that waits slowly, all others that wait get theirs.
    long starts = 1L + STARTS + STARTS / waiting;
    assertTrue(steps <= STEPS_EACH * starts, steps + " steps for " + starts + " starts");
    return slowServed;
  }

  /** Asks with so many threads, each of which uses its start and asks again until the end. */
  private static AtomicInteger ask(RedisQueue queue, int threads) {
    var served = new AtomicInteger();
    for (int i = 0; i < threads; i++) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (true) {
                use(queue, served);
              }
            } catch (InterruptedException | GatewayQueueException | IllegalStateException e) {
              // the test is over
            }
          });
    }
    return served;
  }

  private static void use(RedisQueue queue, AtomicInteger served) throws InterruptedException {
    try (SessionStart start = queue.acquire(0, 1)) {
      if (start.isExpired()) {
        start.cancel();
      } else {
        start.identified();
        served.incrementAndGet();
      }
    }
  }

  /** Returns the first process that the store knows, or nothing. */
  private String process() {
    return client.hkeys(key("processes")).stream()
        .filter(name -> !name.equals("-"))
        .findFirst()
        .orElse("");
  }

  /** Returns how many steps a process has taken. */
  private long steps(String process) {
    return Long.parseLong(client.hget(key("processes"), process).split(":", -1)[0]);
  }
}
