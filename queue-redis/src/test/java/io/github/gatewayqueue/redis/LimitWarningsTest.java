package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

class LimitWarningsTest {
  private static final long BEGIN_NANOS = Long.MAX_VALUE - 1_000; // differences alone count
  private static final Duration DAY = Duration.ofDays(1);

  private final LimitWarnings warnings = new LimitWarnings(1);
  private Duration passed = Duration.ZERO;

  /** Returns what is logged of an answer that tells so many starts left. */
  private List<String> answered(int remaining) throws Exception {
    return answered(remaining, 0, DAY.minus(passed));
  }

  private List<String> answered(int remaining, long exhaustedNanos, Duration resetAfter)
      throws Exception {
    var limit = new SessionStartLimit(1000, remaining, resetAfter, 1);
    StepReply reply =
        Samples.reply(limit, exhaustedNanos, new StepReply.Budget(remaining - 1, 0, 0, 0, 0));
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      warnings.answered(reply, false, exhaustedNanos > 0, BEGIN_NANOS + passed.toNanos());
      return log.lines();
    }
  }

  @Test
  void answered_fewStartsLeft_warnsOnceAtEachStepWithThePaceOfAll() throws Exception {
    assertEquals(List.of(), answered(230));
    passed = Duration.ofMinutes(30);
    assertEquals(List.of(), answered(201));
    assertEquals(
        List.of(
            "WARNING: the session starts run low: 200 of 1,000 session starts left, 1 of them kept in"
                + " reserve; resets in 23 h 30 min, used up in 6 h 38 min at the pace of the last"
                + " hour, 30 starts"),
        answered(200));
    assertEquals(List.of(), answered(199));
    assertEquals(List.of(), answered(201), "one was cancelled, or was counted already");
    assertEquals(List.of(), answered(101));
    passed = Duration.ofHours(2);
    assertEquals(
        List.of(
            "WARNING: the session starts run low: 100 of 1,000 session starts left, 1 of them kept in"
                + " reserve; resets in 22 h, used up in 4 d 3 h at the pace of the last hour, 1"
                + " starts"),
        answered(100));
    assertEquals(1, answered(50).size());
    assertEquals(List.of(), answered(2));
    assertEquals(
        List.of(
            "WARNING: the session starts are used up: 1 of 1,000 session starts left, 1 of them kept"
                + " in reserve; resets in 22 h"),
        answered(1, 1, Duration.ofHours(22)));
    assertEquals(List.of(), answered(2), "it said so already");
  }

  @Test
  void answered_limitHasReset_warnsAgainAndCountsNoStartsGivenBack() throws Exception {
    answered(300);
    passed = Duration.ofMinutes(10);
    answered(220);
    answered(150);
    passed = Duration.ofMinutes(20);
    assertEquals(List.of(), answered(1000, 0, DAY));
    passed = Duration.ofMinutes(40);
    assertEquals(
        List.of(
            "WARNING: the session starts run low: 190 of 1,000 session starts left, 1 of them kept in"
                + " reserve; resets in 23 h 40 min, used up in 11 min 48 s at the pace of the last"
                + " hour, 960 starts"),
        answered(190, 0, DAY.minusMinutes(20)));
  }
}
