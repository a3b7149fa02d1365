package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequirementTest {
  private static final RedisQueueSettings SETTINGS = Samples.settings(Duration.ofSeconds(6));

  private final Requirement requirement = new Requirement(5);

  /** Judges by four usable starts and one that may have been counted. */
  private boolean judge(long ageMicros) {
    return requirement.judge(
        Samples.reply(
            new SessionStartLimit(1000, 5, Duration.ofHours(1), 1),
            0,
            new StepReply.Budget(4, 1, ageMicros, 0, 0)),
        SETTINGS);
  }

  @Test
  void await_nothingIsRead_saysForHowLong() {
    Duration patience = Duration.ofMillis(1);
    var thrown = assertThrows(IOException.class, () -> requirement.await(patience));
    assertEquals("no process has read the session start limit within 1 ms", thrown.getMessage());
  }

  @Test
  void judge_uncertainByTwoReadings_thereAreTooFew() {
    long old = TimeUnit.SECONDS.toMicros(29);
    assertFalse(judge(old));
    assertFalse(judge(old), "by the same reading");
    assertTrue(judge(0), "by one that was made since");
    var thrown = assertThrows(SessionStartLimitExceededException.class, requirement::await);
    assertEquals(5, thrown.limit().remaining());
  }
}
