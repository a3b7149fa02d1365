package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisDataException;

class AnswerTest extends RedisTestBase {
  private static final Duration LEASE = Duration.ofSeconds(3);

  AnswerTest() {
    super(NEVER);
  }

  @Test
  void take_readerOfTheLimitIsDead_anotherReads() throws InterruptedException {
    var dead = new Store(client, "dead", settings(), true);
    assertEquals(StepReply.Kind.READ, ask(dead, "dead"));
    try (RedisQueue queue =
        RedisQueue.builder(redis.uri())
            .namespace(namespace)
            .lease(LEASE)
            .startDelay(Duration.ZERO)
            .limits(() -> new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1))
            .build()) {
      queue.request(0, 1);
    }
  }

  @Test
  void of_answerToAnotherStep_isRefused() {
    List<Object> reply = List.of(1L, 1L, 1L, List.of(), List.of(), List.of(), List.of(), 0L, 7L);
    assertEquals(1, StepReply.of(reply, 7).concurrency());
    assertThrows(JedisDataException.class, () -> StepReply.of(reply, 8));
  }

  private static StepReply.Kind ask(Store store, String process) {
    var ticket = new Ticket(process, 1, 0, new AtomicInteger());
    var step =
        new Step(
            0,
            List.of(),
            List.of(),
            List.of(),
            List.of(ticket),
            null,
            List.of(ticket),
            false,
            false);
    return store.take(step, 0).answers().getFirst().kind();
  }

  private Settings settings() {
    return new Settings(
        namespace,
        Duration.ofMillis(1),
        Duration.ZERO,
        LEASE,
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        1);
  }
}
