package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/**
 * A server whose own clock is set, with libfaketime: that can not reach the embedded server, which
 * is linked statically, so {@code redis.server} has to be one that is not.
 */
@EnabledIfSystemProperty(
    named = "redis.faketime",
    matches = ".+",
    disabledReason = "it wants libfaketime, and a server that is linked dynamically")
class RedisClockTest {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration MARGIN = Duration.ofMillis(200);
  private static final Duration LEASE = Duration.ofSeconds(2);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"+3600", "-3600", "+0.9", "-0.9", "+1.5", "-1.5", "+31536000"})
  void request_whileServersClockIsSet_isReleasedInOrderAndSpaced(String seconds) throws Exception {
    Path clock = Files.writeString(directory.resolve("clock"), "+0");
    try (RedisProcess server = RedisProcess.withClock(clock);
        RedisQueue a = queue(server);
        RedisQueue b = queue(server)) {
      long before = unixSeconds(server);
      Asking.of(a, 0, 1).awaitReturn();
      List<Asking> requests = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        requests.add(Requests.inLine(i % 2 == 0 ? a : b, 0, 1));
      }
      long last = requests.getFirst().awaitReturn();
      Files.writeString(clock, seconds);
      for (Asking request : requests.subList(1, requests.size())) {
        long end = request.awaitReturn();
        assertTrue(end - last >= INTERVAL.minus(MARGIN).toNanos(), "in order, and spaced");
        last = end;
      }
      long step = unixSeconds(server) - before;
      assertTrue(Math.abs(step) > 3000 == Math.abs(Double.parseDouble(seconds)) > 3000, "" + step);
    }
  }

  private static long unixSeconds(RedisProcess server) {
    try (Jedis jedis = server.connect()) {
      return Long.parseLong(jedis.time().getFirst());
    }
  }

  private static RedisQueue queue(RedisProcess server) {
    return RedisQueue.builder(server.uri())
        .interval(INTERVAL)
        .startDelay(INTERVAL)
        .lease(LEASE)
        .margin(MARGIN)
        .build();
  }
}
