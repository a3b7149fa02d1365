package io.github.gatewayqueue.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The tests of {@code acquire}. An interval of an hour shows what does not wait: it would outlast
 * the guard. A short one shows what does wait, and for how long at least.
 */
abstract class SessionStartContract extends ContractBase {

  /** Whatever is said: it is never less than the interval that they are apart. */
  @Test
  void acquire_saidToBeIdentifiedAtOnce_keepsTheInterval() throws Exception {
    QueueUnderTest line = open(interval());
    long start = System.nanoTime();
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Request acquiring = line.joinAcquiring();
      requests.add(acquiring);
      acquiring.awaitStart().identified();
      Request plain = line.join();
      requests.add(plain);
      plain.awaitReturn();
    }
    line.requireSpacing(start, requests);
  }

  @Test
  void acquire_badShard_isRefusedAndDoesNotJoin() throws Exception {
    QueueUnderTest line = open(NEVER);
    for (long id : new long[] {-1, 17, Long.MAX_VALUE}) {
      Throwable thrown = line.startAcquiring(id, 17).await().thrown();
      assertTrue(thrown instanceof IllegalArgumentException, () -> "it threw " + thrown);
    }
    assertEquals(0, line.waiting());
    line.startAcquiring(16, 17).awaitStart();
  }

  @Test
  void acquire_interruptedInLine_leavesNoTrace() throws Exception {
    QueueUnderTest line = open(NEVER, NEVER);
    SessionStart first = line.startAcquiring().awaitStart();
    Request interrupted = line.joinAcquiring();
    interrupted.interrupt();
    interrupted.awaitInterruptedException();
    Request next = line.join();
    first.cancel();
    next.awaitReturn();
  }

  /** The start is held for several intervals, and then the next one waits for one more. */
  @Test
  void acquire_identified_nextIsDueAnIntervalLater() throws Exception {
    requireNextAnIntervalAfter(SessionStart::identified);
  }

  @Test
  void acquire_closedWithoutAWord_countsAsIdentified() throws Exception {
    requireNextAnIntervalAfter(SessionStart::close);
  }

  @Test
  void acquire_cancelledOnceItWasIdentified_isNotGivenBack() throws Exception {
    requireNextAnIntervalAfter(start -> {
      start.identified();
      start.cancel();
      start.close();
    });
  }

  /** A queue that does not hear it lets the next one wait for the end of the hold, for ever. */
  private void requireNextAnIntervalAfter(Consumer<SessionStart> said) throws Exception {
    QueueUnderTest line = open(interval(), NEVER);
    SessionStart start = line.startAcquiring().awaitStart();
    Request next = line.join();
    letPass(interval().multipliedBy(2)); // so that a release before shows
    long saidNanos = System.nanoTime();
    said.accept(start);
    Request.requireNotBefore(saidNanos + interval().toNanos(), next.awaitReturn());
    assertFalse(start.isExpired());
  }

  @Test
  void acquire_answered_nextIsNotDueBeforeFiveSixthsOfTheInterval() throws Exception {
    for (int round = 0; round < 10; round++) {
      QueueUnderTest line = open(interval(), NEVER);
      SessionStart start = line.startAcquiring().awaitStart();
      if (round % 2 == 0) {
        start.identified(); // or the answer is the first that is heard of it
      }
      long answeredNanos = System.nanoTime();
      start.answered();
      start.close();
      long dueNanos = answeredNanos + interval().toNanos() * 5 / 6;
      Request.requireNotBefore(dueNanos, line.join().awaitReturn());
    }
  }

  @Test
  void acquire_cancelled_nextGoesAsIfItHadNotBeenReleased() throws Exception {
    QueueUnderTest line = open(NEVER, NEVER);
    for (int i = 0; i < 50; i++) {
      SessionStart start = line.startAcquiring().awaitStart();
      start.cancel();
      start.cancel(); // twice is as good as once
      assertFalse(start.isExpired());
    }
    line.start().awaitReturn();
  }

  /** A report after the end changes nothing, also if another start holds the bucket by then. */
  @Test
  void acquire_saidAfterItWasCancelled_changesNothing() throws Exception {
    QueueUnderTest line = open(NEVER, NEVER);
    SessionStart first = line.startAcquiring().awaitStart();
    first.cancel();
    SessionStart second = line.startAcquiring().awaitStart();
    Request third = line.join();
    first.cancel();
    first.close();
    letPass(interval()); // so that a release shows
    assertFalse(third.ended(), "the second start is held");
    second.cancel();
    third.awaitReturn();
  }

  @Test
  void acquire_nothingIsSaid_runsOutAndCountsAsIdentified() throws Exception {
    QueueUnderTest line = open(interval(), interval());
    long beforeNanos = System.nanoTime();
    SessionStart start = line.startAcquiring().awaitStart();
    long dueNanos = beforeNanos + 2 * interval().toNanos(); // the hold, and the interval
    Request.requireNotBefore(dueNanos, line.join().awaitReturn());
    assertTrue(start.isExpired(), "others were released since");
  }

  /** Discord counts it when it comes. */
  @Test
  void acquire_identifiedAfterItRanOut_putsTheNextOff() throws Exception {
    QueueUnderTest line = open(interval(), interval());
    SessionStart start = line.startAcquiring().awaitStart();
    line.join().awaitReturn();
    letPass(interval().dividedBy(2)); // the next one is due half an interval from here
    long identifiedNanos = System.nanoTime();
    start.identified();
    long dueNanos = identifiedNanos + interval().toNanos();
    Request.requireNotBefore(dueNanos, line.join().awaitReturn());
    assertTrue(start.isExpired(), "it had run out");
  }

  /** One holder at a time, each of which sees what the one before has written. */
  @Test
  void acquire_releasedLater_seesWhatWasWrittenBeforeTheOtherWasOver() throws Exception {
    QueueUnderTest line = open(NEVER, NEVER);
    int[] counter = new int[1]; // plain
    int rounds = 0;
    for (; rounds < rounds(); rounds += 4 * 50) {
      List<Request> crowd = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        crowd.add(
            line.start((id, total) -> {
              for (int round = 0; round < 50; round++) {
                SessionStart start = line.queue().acquire(id, total);
                counter[0]++;
                start.cancel();
              }
              return null;
            }));
      }
      for (Request one : crowd) {
        one.awaitReturn();
      }
    }
    assertEquals(rounds, counter[0]);
  }
}
