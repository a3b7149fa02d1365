package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import io.github.gatewayqueue.testsupport.Asking;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Interrupts, in every state in which a request may wait. */
class LargeBotQueueInterruptTest extends BotTest {
  private static final int ROUNDS = 300;

  /** When interrupts come that race something else: tuned so that either of the two wins. */
  private static final class Aim {
    private static final long STEP_NANOS = 5_000;

    private long delayNanos;
    private int rounds;
    private int won;

    /** Each round must end well, whichever side wins; on a busy machine one may win all rounds. */
    boolean isToGoOn() {
      return rounds < ROUNDS || (rounds < 10 * ROUNDS && (won == 0 || won == rounds));
    }

    /** Interrupts the request after a while that began at a moment. */
    void interrupt(Asking request, long startNanos) {
      while (System.nanoTime() - startNanos < delayNanos) {
        Thread.onSpinWait();
      }
      request.interrupt();
    }

    /** Has the next interrupt come later if this one won, and earlier if it lost. */
    void adjust(boolean interruptWon) {
      rounds++;
      won += interruptWon ? 1 : 0;
      delayNanos = Math.max(0, delayNanos + (interruptWon ? STEP_NANOS : -STEP_NANOS));
    }
  }

  /** So long that nobody who waits for a reading to be tried again sees that happen. */
  @Override
  LargeBotQueue.Builder builder() {
    return super.builder().minBackoff(Bot.NEVER);
  }

  /** Shards that are in the same bucket for 1, 2, 4 and 8 buckets. */
  private static LongStream sameBucket() {
    return LongStream.of(0, 8, 16, 24);
  }

  /** What the requests wait for. */
  enum Waiting {
    FOR_A_READING {
      @Override
      void begin(LargeBotQueueInterruptTest test, Bot bot) {
        test.source.awaitCalls(1);
      }

      @Override
      void grant(LargeBotQueueInterruptTest test, Bot bot, SessionStartLimit limit) {
        test.source.answer(limit);
      }
    },
    FOR_A_RETRY {
      @Override
      void begin(LargeBotQueueInterruptTest test, Bot bot) throws InterruptedException {
        test.source.awaitCalls(1);
        test.source.fail(new IOException("down"));
        test.source.awaitReaders();
      }
    },
    FOR_THE_RESET {
      @Override
      void begin(LargeBotQueueInterruptTest test, Bot bot) {
        bot.queue.update(limit(1, DAY, 1));
      }
    },
    AFTER_A_MOVE {
      @Override
      void begin(LargeBotQueueInterruptTest test, Bot bot) {
        bot.queue.update(limit(1, DAY, 4));
        bot.queue.update(limit(1, DAY, 8));
      }
    };

    /** Brings the requests, which are in line, into the state. */
    abstract void begin(LargeBotQueueInterruptTest test, Bot bot) throws InterruptedException;

    /** Makes starts available. */
    void grant(LargeBotQueueInterruptTest test, Bot bot, SessionStartLimit limit) {
      bot.queue.update(limit);
    }
  }

  static Stream<Arguments> everywhere() {
    return Stream.of(Waiting.values())
        .flatMap(
            waiting -> IntStream.range(0, 4).mapToObj(position -> Arguments.of(waiting, position)));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void request_interrupted_throwsAndLeavesNoTrace(Waiting waiting, int position)
      throws InterruptedException {
    Bot bot = bot(builder());
    List<Asking> requests = new ArrayList<>(bot.join(sameBucket()));
    waiting.begin(this, bot);
    Asking interrupted = requests.remove(position);
    interrupted.interrupt();
    interrupted.awaitInterruptedException();
    assertEquals(3, bot.queue.waiting());
    waiting.grant(this, bot, limit(4, DAY, 2)); // 1 of them is the reserve
    Asking.awaitReturns(requests);
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
    assertEquals(0, bot.queue.waiting());
  }

  @ParameterizedTest
  @EnumSource
  void request_allInterrupted_leaveAnEmptyQueueThatWorks(Waiting waiting)
      throws InterruptedException {
    Bot bot = bot(builder());
    bot.join(LongStream.range(0, 50));
    waiting.begin(this, bot);
    assertEquals(0, bot.interruptAll());
    assertEquals(0, bot.queue.waiting());
    Asking next = bot.join(5);
    waiting.grant(this, bot, limit(2, DAY, 2));
    next.awaitReturn();
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 5, unit = TimeUnit.MINUTES) // only if nobody ever wins, or somebody is lost
  void request_interruptRacesTheOnlyStart_itGoesToEitherOfTwo(Waiting waiting)
      throws InterruptedException {
    Aim aim = new Aim();
    while (aim.isToGoOn()) {
      LargeBotQueueInterruptTest fresh = new LargeBotQueueInterruptTest();
      Bot bot = fresh.bot(fresh.builder());
      List<Asking> requests = bot.join(LongStream.of(0, 8));
      waiting.begin(fresh, bot);
      long startNanos = System.nanoTime();
      Thread granter = Thread.startVirtualThread(() -> waiting.grant(fresh, bot, limit(2, DAY, 4)));
      aim.interrupt(requests.getFirst(), startNanos);
      granter.join();
      boolean released = requests.getFirst().awaitReturnOrInterrupt();
      aim.adjust(!released);
      if (released) {
        assertEquals(1, bot.queue.waiting());
        requests.getLast().interrupt();
        requests.getLast().awaitInterruptedException();
      } else {
        requests.getLast().awaitReturn();
      }
      assertEquals(1, bot.queue.limit().orElseThrow().remaining());
      assertEquals(0, bot.queue.waiting());
      fresh.endRequestsAndReadings();
    }
  }

  /** What a reading may bring that ends all requests. */
  enum Failure {
    REFUSAL(GatewayQueueException.class) {
      @Override
      void happen(ScriptedSource source) {
        source.fail(new GatewayQueueException("the token is refused"));
      }
    },
    EXHAUSTION(SessionStartLimitExceededException.class) {
      @Override
      void happen(ScriptedSource source) {
        source.answer(limit(1, DAY, 4));
      }
    };

    private final Class<? extends Throwable> type;

    Failure(Class<? extends Throwable> type) {
      this.type = type;
    }

    /** Lets the reading that is under way bring it. */
    abstract void happen(ScriptedSource source);
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 5, unit = TimeUnit.MINUTES) // only if nobody ever wins, or somebody is lost
  void request_interruptRacesAFailure_throwsOneOfThemAndTheOthersFail(Failure failure)
      throws InterruptedException {
    Aim aim = new Aim();
    while (aim.isToGoOn()) {
      LargeBotQueueInterruptTest fresh = new LargeBotQueueInterruptTest();
      Bot bot = fresh.bot(fresh.builder().whenExhausted(WhenExhausted.FAIL));
      List<Asking> requests = bot.join(sameBucket());
      fresh.source.awaitCalls(1);
      long startNanos = System.nanoTime();
      failure.happen(fresh.source);
      aim.interrupt(requests.getFirst(), startNanos);
      aim.adjust(requests.getFirst().awaitInterruptOr(failure.type));
      for (Asking request : requests.subList(1, 4)) {
        request.awaitThrown(failure.type);
      }
      assertEquals(0, bot.queue.waiting());
      fresh.source.awaitReaders();
      bot.queue.update(limit(2, DAY, 4));
      bot.queue.request(0, 1);
      assertEquals(1, bot.queue.limit().orElseThrow().remaining());
      fresh.endRequestsAndReadings();
    }
  }

  @Test
  void request_interruptsRaceMoves_nobodyIsLost() throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      Bot bot = bot(builder().initialLimit(limit(1, DAY, 3)));
      List<Asking> requests = bot.join(LongStream.range(0, 20));
      Thread mover =
          Thread.startVirtualThread(() -> {
            for (int count = 1; count <= 16; count++) {
              bot.queue.update(limit(1, DAY, count));
            }
          });
      for (int i = 0; i < 20; i += 2) {
        requests.get(i).interrupt();
      }
      for (int i = 0; i < 20; i += 2) {
        requests.get(i).awaitInterruptedException();
      }
      mover.join();
      assertEquals(10, bot.queue.waiting());
      bot.queue.update(limit(11, DAY, 5));
      for (int i = 1; i < 20; i += 2) {
        requests.get(i).awaitReturn();
      }
      assertEquals(1, bot.queue.limit().orElseThrow().remaining());
    }
  }
}
