package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.UnifiedJedis;

class BuilderTest {
  private final RedisQueue.Builder builder =
      RedisQueue.builder(URI.create("redis://127.0.0.1:6379"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:6379",
        "redis://:secret@host",
        "redis:x",
        "secret",
        "redis://:secret@host:0",
        "redis://:secret@host:65536",
        "redis://user:1/secret@host:6379",
        "redis://host:6379/0/secret",
        "redis://host:6379/-1"
      })
  void builder_noUrlOfRedis_isRefusedWithoutRepeatingIt(String uri) {
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> RedisQueue.builder(URI.create(uri)));
    assertFalse(String.valueOf(thrown.getMessage()).contains("secret"));
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void builder_null_isRefused() {
    assertThrows(NullPointerException.class, () -> RedisQueue.builder((URI) null));
    assertThrows(NullPointerException.class, () -> RedisQueue.builder((UnifiedJedis) null));
    assertThrows(NullPointerException.class, () -> builder.namespace(null));
    assertThrows(NullPointerException.class, () -> builder.interval(null));
    assertThrows(NullPointerException.class, () -> builder.startDelay(null));
    assertThrows(NullPointerException.class, () -> builder.lease(null));
    assertThrows(NullPointerException.class, () -> builder.holdTimeout(null));
    assertThrows(NullPointerException.class, () -> builder.whenExhausted(null));
    assertThrows(NullPointerException.class, () -> builder.limits(null));
    assertThrows(NullPointerException.class, () -> builder.maxReadingAge(null));
    assertThrows(NullPointerException.class, () -> builder.brake(null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "{a}", "a\n", "ä"})
  void namespace_ofOtherCharacters_isRefusedByName(String namespace) {
    var thrown = assertThrows(IllegalArgumentException.class, () -> builder.namespace(namespace));
    assertEquals(
        "namespace is '" + namespace + "', expected 1 to 100 of A-Z a-z 0-9 . _ : / -",
        thrown.getMessage());
  }

  @Test
  void durations_outOfRange_areRefusedByName() {
    Duration tooLong = Duration.ofNanos(Long.MAX_VALUE).plusNanos(1);
    String years = "106751 d 23 h 47 min 16.854775808 s";
    assertRefused("interval is 0 s", () -> builder.interval(Duration.ZERO));
    assertRefused("interval is " + years, () -> builder.interval(tooLong));
    assertRefused("holdTimeout is -1 s", () -> builder.holdTimeout(Duration.ofSeconds(-1)));
    assertRefused("holdTimeout is " + years, () -> builder.holdTimeout(tooLong));
    assertRefused("startDelay is -1 s", () -> builder.startDelay(Duration.ofSeconds(-1)));
    assertRefused("startDelay is " + years, () -> builder.startDelay(tooLong));
    assertRefused("lease is 99 ms", () -> builder.lease(Duration.ofMillis(99)));
    assertRefused("lease is 1 d 1 s", () -> builder.lease(Duration.ofDays(1).plusSeconds(1)));
    var thrown = assertThrows(IllegalArgumentException.class, () -> builder.lease(Duration.ZERO));
    assertEquals("lease is 0 s, expected 100 ms to 1 d", thrown.getMessage());
    assertRefused("maxReadingAge is 29 s", () -> builder.maxReadingAge(Duration.ofSeconds(29)));
    assertRefused("maxReadingAge is " + years, () -> builder.maxReadingAge(tooLong));
    assertRefused("reserve is -1", () -> builder.reserve(-1));
  }

  private static void assertRefused(String begin, Runnable action) {
    var thrown = assertThrows(IllegalArgumentException.class, action::run);
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.startsWith(begin + ", expected "), message);
  }
}
