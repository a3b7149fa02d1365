package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.DeepStack;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Callers that have hardly any stack left: the queue goes on for the others. */
class LargeBotQueueStackTest {
  @BeforeAll
  static void compile() throws Exception {
    LargeBotQueue busy = queue();
    busy.update(new SessionStartLimit(1_000_000, 1_000_000, DAY, 1));
    DeepStack.compile(() -> busy.request(0, 1));
    LargeBotQueue updated = queue();
    DeepStack.compile(() -> updated.update(limit(500, DAY, 1)));
    DeepStack.compile(queue()::readLimitIfUnknown);
  }

  @Test
  void update_littleStack_othersAreReleased() throws Exception {
    LargeBotQueue queue = queue();
    queue.update(limit(500, DAY, 1));
    DeepStack diver = new DeepStack(() -> queue.update(limit(500, DAY, 1)));
    int updated = 0;
    for (int attempt = 1; attempt <= DeepStack.DEPTHS; attempt++) {
      diver.tell(attempt);
      updated += diver.awaitCall(attempt) ? 1 : 0;
      queue.update(limit(500, DAY, 1 + attempt % 2));
      Asking.of(queue, 0, 1).awaitReturn();
    }
    diver.join();
    assertTrue(updated > 0 && updated < DeepStack.DEPTHS, updated + " of " + DeepStack.DEPTHS);
  }

  /** It is unknown each time: what is read is good for no time at all. */
  @Test
  void readLimitIfUnknown_littleStack_othersHaveItRead() throws Exception {
    LargeBotQueue queue = queue();
    DeepStack diver = new DeepStack(queue::readLimitIfUnknown);
    int returned = 0;
    for (int attempt = 1; attempt <= DeepStack.DEPTHS; attempt++) {
      diver.tell(attempt);
      returned += diver.awaitCall(attempt) ? 1 : 0;
      Asking.of(queue, 0, 1).awaitReturn();
      assertEquals(0, queue.waiting());
    }
    diver.join();
    assertTrue(returned > 0 && returned < DeepStack.DEPTHS, returned + " of " + DeepStack.DEPTHS);
  }

  private static LargeBotQueue queue() {
    return LargeBotQueue.builder(() -> limit(500, Duration.ofMillis(1), 1))
        .interval(Duration.ofNanos(1))
        .minBackoff(Duration.ofMillis(1))
        .noPredecessor()
        .brake(Brake.OFF)
        .build();
  }
}
