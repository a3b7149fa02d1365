package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.local.engine.BackgroundLogger;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readings that somebody wants, and what they tell: all or nothing, and starts of others. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // only if somebody is lost
class LargeBotQueueRequireTest extends BotTest {
  @Test
  void require_enoughInAYoungReading_returnsWithoutAnother()
      throws IOException, InterruptedException {
    LargeBotQueue queue = builder().initialLimit(limit(500, DAY, 16)).build();
    queue.require(499);
    assertEquals(0, source.calls());
    assertEquals(500, queue.limit().orElseThrow().remaining());
  }

  @Test
  void require_fewerInAYoungReading_throwsWithWhatIsLeft() {
    LargeBotQueue queue = builder().reserve(10).initialLimit(limit(500, DAY, 16)).build();
    SessionStartLimitExceededException thrown =
        assertThrows(SessionStartLimitExceededException.class, () -> queue.require(491));
    assertEquals(500, thrown.limit().remaining());
    assertEquals(10, thrown.reserve());
    assertEquals(0, source.calls());
  }

  @Test
  void require_limitUnknown_readsIt() throws IOException, InterruptedException {
    LargeBotQueue queue = builder().build();
    source.answer(limit(500, DAY, 16));
    queue.require(499);
    assertThrows(SessionStartLimitExceededException.class, () -> queue.require(500));
    assertEquals(1, source.calls());
  }

  @Test
  void require_sourceFails_throwsTheReasonAndReadsAfterwards()
      throws IOException, InterruptedException {
    LargeBotQueue queue = builder().build();
    IOException failure = new IOException("connection refused");
    source.fail(failure);
    IOException thrown = assertThrows(IOException.class, () -> queue.require(1));
    assertSame(failure, thrown.getCause());
    queue.update(limit(500, DAY, 16));
    queue.require(1);
  }

  @Test
  void require_sourceRefuses_throwsOneOfItsOwn() {
    LargeBotQueue queue = builder().build();
    GatewayQueueException refusal = new GatewayQueueException("the token is refused");
    source.fail(refusal);
    GatewayQueueException thrown =
        assertThrows(GatewayQueueException.class, () -> queue.require(1));
    assertSame(refusal, thrown.getCause());
  }

  @Test
  void require_interruptedWhileItReads_throws() throws InterruptedException {
    LargeBotQueue queue = builder().build();
    Asking asking =
        Asking.of(
            (id, total) -> {
              try {
                queue.require(1);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            0,
            1);
    source.awaitCalls(1);
    asking.interruptAndJoin();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void require_noStart_isRefused(int starts) {
    LargeBotQueue queue = builder().build();
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> queue.require(starts));
    assertEquals("starts is " + starts + ", expected at least 1", thrown.getMessage());
    assertEquals(0, source.calls());
  }

  @Test
  void refresh_limitUnknown_readsItOnce() throws InterruptedException {
    LargeBotQueue queue = builder().build();
    queue.refresh();
    queue.refresh();
    source.awaitCalls(1);
    source.answer(limit(500, DAY, 16));
    source.awaitReaders();
    assertEquals(500, queue.limit().orElseThrow().remaining());
    assertEquals(1, source.calls());
  }

  @Test
  void refresh_youngReading_doesNothing() {
    LargeBotQueue queue = builder().initialLimit(limit(500, DAY, 16)).build();
    queue.refresh();
    assertEquals(0, source.calls());
  }

  @Test
  void update_startsOfOthers_areShownAndToldOnce() throws InterruptedException {
    BackgroundLogger.awaitLogged(); // what other tests caused
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.large", Level.INFO)) {
      LargeBotQueue queue = builder().initialLimit(limit(9_000, DAY, 16)).build();
      queue.request(0, 1);
      queue.update(limit(8_900, DAY, 16));
      queue.update(limit(8_900, DAY, 16));
      assertEquals(99, queue.snapshot().usedElsewhere());
      BackgroundLogger.awaitLogged();
      List<String> lines = log.lines();
      assertEquals(1, lines.size(), () -> "" + lines);
      assertTrue(lines.getFirst().startsWith("WARNING: 99 session starts were used elsewhere"));
    }
  }
}
