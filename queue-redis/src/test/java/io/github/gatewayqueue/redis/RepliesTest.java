package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.exceptions.JedisDataException;

class RepliesTest {

  @Test
  void step_answerToAnotherStep_isRefused() {
    List<Object> reply = step(List.of());
    assertEquals(1, StepReply.of(reply, 7).concurrency());
    var thrown = assertThrows(JedisDataException.class, () -> StepReply.of(reply, 8));
    assertEquals("the store's answer is to another question", thrown.getMessage());
  }

  /** None at all, too few parts, too large, and more left than there are. */
  static List<Object> nonsense() {
    return List.of(
        "QUEUED",
        List.of("a", "b", "c"),
        List.of(5L),
        List.of(1L << 40, 1L, 1L),
        List.of(5L, 9L, 0L));
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void step_limitMakesNoSense_isRefused(Object limit) {
    var thrown = assertThrows(JedisDataException.class, () -> StepReply.of(step(limit), 7));
    assertEquals("the store's answer makes no sense", thrown.getMessage());
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void look_limitMakesNoSense_isRefused(Object limit) {
    List<Object> bucket = List.of(0L, -1L, -1L, "", -1L);
    List<Object> reply = List.of(List.of(bucket), List.of(), limit, 0L);
    assertThrows(JedisDataException.class, () -> SnapshotReply.of(reply));
  }

  private static List<Object> step(Object limit) {
    List<Object> none = List.of();
    return List.of(
        1L,
        1L,
        1L,
        0L,
        none,
        none,
        none,
        none,
        none,
        limit,
        0L,
        0L,
        List.of(0L, 0L, -1L, 0L, 0L),
        none,
        7L);
  }
}
