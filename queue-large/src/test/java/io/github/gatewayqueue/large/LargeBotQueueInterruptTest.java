package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Interrupts, in every state in which a request may wait. */
class LargeBotQueueInterruptTest extends BotTest {
  private static final int ROUNDS = 300;

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
    List<ShardRequest> requests = new ArrayList<>(bot.join(sameBucket()));
    waiting.begin(this, bot);
    ShardRequest interrupted = requests.remove(position);
    interrupted.interrupt();
    interrupted.awaitInterrupted();
    assertEquals(3, bot.queue.waiting());
    waiting.grant(this, bot, limit(4, DAY, 2)); // 1 of them is the reserve
    for (ShardRequest request : requests) {
      request.awaitReleased();
    }
    assertEquals(1, bot.queue.limit().remaining());
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
    ShardRequest next = bot.join(5);
    waiting.grant(this, bot, limit(2, DAY, 2));
    next.awaitReleased();
    assertEquals(1, bot.queue.limit().remaining());
  }

  @ParameterizedTest
  @EnumSource(names = "FOR_A_RETRY", mode = EnumSource.Mode.EXCLUDE)
  void request_interruptRacesTheOnlyStart_itGoesToEitherOfTwo(Waiting waiting)
      throws InterruptedException {
    int thrown = 0;
    for (int round = 0; round < ROUNDS; round++) {
      LargeBotQueueInterruptTest fresh = new LargeBotQueueInterruptTest();
      Bot bot = fresh.bot(fresh.builder());
      List<ShardRequest> requests = bot.join(LongStream.of(0, 8));
      waiting.begin(fresh, bot);
      Thread granter = Thread.startVirtualThread(() -> waiting.grant(fresh, bot, limit(2, DAY, 4)));
      requests.getFirst().interrupt();
      granter.join();
      if (requests.getFirst().awaitReleasedOrInterrupted()) {
        assertEquals(1, bot.queue.waiting());
        requests.getLast().interrupt();
        requests.getLast().awaitInterrupted();
      } else {
        thrown++;
        requests.getLast().awaitReleased();
      }
      assertEquals(1, bot.queue.limit().remaining());
      assertEquals(0, bot.queue.waiting());
      fresh.endRequestsAndReadings();
    }
    assertTrue(thrown > 0, "no interrupt ever won");
  }

  @Test
  void request_interruptsRaceMoves_nobodyIsLost() throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      Bot bot = bot(builder().initialLimit(limit(1, DAY, 3)));
      List<ShardRequest> requests = bot.join(LongStream.range(0, 20));
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
        requests.get(i).awaitInterrupted();
      }
      mover.join();
      assertEquals(10, bot.queue.waiting());
      bot.queue.update(limit(11, DAY, 5));
      for (int i = 1; i < 20; i += 2) {
        requests.get(i).awaitReleased();
      }
      assertEquals(1, bot.queue.limit().remaining());
    }
  }
}
