package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.testsupport.Asking;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** A server whose own clock is set: by more and by less than the store notices, and by a lot. */
@EnabledIfSystemProperty(
    named = "redis.server",
    matches = ".+",
    disabledReason =
        "nothing can be preloaded into the embedded server, which is linked statically: it wants"
            + " another one, for instance that of tools/valkey")
class RedisClockTest {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration LEASE = Duration.ofSeconds(2);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"PT1H", "-PT1H", "PT0.9S", "-PT0.9S", "PT1.5S", "-PT1.5S", "P365D"})
  void request_whileServersClockIsSet_isReleasedInOrderAndSpaced(Duration step) throws Exception {
    ServerClock clock = new ServerClock(directory);
    try (RedisProcess server = RedisProcess.withClock(clock);
        RedisQueue a = queue(server);
        RedisQueue b = queue(server)) {
      Asking.of(a, 0, 1).awaitReturn();
      List<Asking> requests = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        requests.add(Requests.inLine(i % 2 == 0 ? a : b, 0, 1));
      }
      requests.getFirst().awaitReturn();
      long before = unixSeconds(server);
      clock.set(step);
      long after = unixSeconds(server);
      long jumped = (after - before) / 1000; // a time without a step is none
      assertEquals(Long.signum(step.toSeconds() / 1000), Long.signum(jumped));
      Requests.awaitInOrder(requests);
      Requests.assertSpaced(INTERVAL, requests);
    }
  }

  private static long unixSeconds(RedisProcess server) {
    try (Jedis jedis = server.connect()) {
      return Long.parseLong(jedis.time().getFirst());
    }
  }

  private static RedisQueue queue(RedisProcess server) {
    return RedisQueue.builder(server.uri()).interval(INTERVAL).lease(LEASE).build();
  }
}
