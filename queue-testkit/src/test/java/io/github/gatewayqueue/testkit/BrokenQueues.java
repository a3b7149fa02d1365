package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.SessionStart;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Queues that each break the contract in one way; run by {@link BrokenQueuesTest} only. */
final class BrokenQueues {
  private BrokenQueues() {}

  @CaughtBy("request_oneAfterAnotherOfDifferentTotals_keepTheInterval")
  static class EarlyByALittle extends ReferenceQueue {
    @Override
    void released(long nowNanos) {
      dueNanos = nowNanos + intervalNanos - intervalNanos / 10;
    }
  }

  @CaughtBy("request_behindOneReleasedLate_keepsTheIntervalFromThen")
  static class MeasuresFromWhenItWasDue extends ReferenceQueue {
    @Override
    void released(long nowNanos) {
      dueNanos = (line.size() > 1 ? dueNanos : nowNanos) + intervalNanos;
    }
  }

  /** A token bucket: it saves up starts while it is idle. */
  @CaughtBy("request_severalAfterAnIdleSpell_keepTheInterval")
  static class GivesCreditAfterAnIdleSpell extends ReferenceQueue {
    @Override
    void released(long nowNanos) {
      long twoStartsNanos = 2 * intervalNanos;
      long savedNanos = Math.min(nowNanos - dueNanos, twoStartsNanos);
      dueNanos = nowNanos - savedNanos + intervalNanos;
    }
  }

  @CaughtBy({
    "request_severalInLine_areReleasedInOrderOfJoining",
    "request_oneAfterAnotherOfDifferentTotals_keepTheInterval",
    "request_sameShardAgainWhileItWaits_joinsOnceMore"
  })
  static class LetsTwoGoAtOnce extends ReferenceQueue {
    private int releases;

    @Override
    void released(long nowNanos) {
      if (++releases % 2 == 0) {
        super.released(nowNanos);
      }
    }
  }

  /** The first release comes with the first tick. */
  @CaughtBy({"request_onIdleQueue_isReleasedAtOnce", "request_largestShard_isReleased"})
  static class WaitsForATick extends ReferenceQueue {
    @Override
    void setInterval(Duration interval) {
      super.setInterval(interval);
      dueNanos += intervalNanos;
    }
  }

  @CaughtBy("request_shardsOfDifferentIds_areAllReleased")
  static class HasTooFewBuckets extends ReferenceQueue {
    @Override
    void checkShard(long id, long total) {
      super.checkShard(id, total);
      Objects.checkIndex(id, 4);
    }
  }

  @CaughtBy("request_oneAfterAnotherOfDifferentTotals_keepTheInterval")
  static class KeepsALinePerTotal extends ReferenceQueue {
    private final Map<Long, ReferenceQueue> queues = new ConcurrentHashMap<>();

    @Override
    public void request(long id, long total) throws InterruptedException {
      queues
          .computeIfAbsent(total, key -> new ReferenceQueue(Duration.ofNanos(intervalNanos)))
          .request(id, total);
    }
  }

  @CaughtBy({
    "request_severalInLine_areReleasedInOrderOfJoining",
    "request_arrivingWhileOthersWait_overtakesNobody"
  })
  static class LastInFirstOut extends ReferenceQueue {
    @Override
    void join(Condition place) {
      line.addFirst(place);
    }
  }

  /** The second in line goes before the first. */
  @CaughtBy("request_severalInLine_areReleasedInOrderOfJoining")
  static class SwapsNeighbours extends ReferenceQueue {
    @Override
    void join(Condition place) {
      if (line.size() == 3) {
        Condition last = line.removeLast();
        line.addLast(place);
        line.addLast(last);
      } else {
        line.addLast(place);
      }
    }
  }

  @CaughtBy("request_arrivingWhileOthersWait_overtakesNobody")
  static class LetsArrivalsBarge extends ReferenceQueue {
    @Override
    void join(Condition place) {
      if (dueNanos - System.nanoTime() <= 0) {
        line.addFirst(place);
      } else {
        line.addLast(place);
      }
    }
  }

  @CaughtBy({
    "request_sameShardAgainWhileItWaits_joinsOnceMore",
    "request_severalInLine_areReleasedInOrderOfJoining"
  })
  static class MergesRequestsOfOneShard extends ReferenceQueue {
    private final Set<Long> waiting = new HashSet<>();

    @Override
    public void request(long id, long total) throws InterruptedException {
      synchronized (waiting) {
        if (!waiting.add(id)) {
          return;
        }
      }
      try {
        super.request(id, total);
      } finally {
        synchronized (waiting) {
          waiting.remove(id);
        }
      }
    }
  }

  @CaughtBy({
    "request_interruptedOnEntry_throwsAndTakesNoStart",
    "request_behindManyInterrupted_waitsForNoneOfThem",
    "request_behindManyHeadsInterruptedInTurn_waitsForNoneOfThem",
    "request_loneHeadInterruptedAgainAndAgain_putsOffNoRelease"
  })
  static class ChargesWhoeverIsInterrupted extends ReferenceQueue {
    @Override
    public void request(long id, long total) throws InterruptedException {
      if (Thread.currentThread().isInterrupted()) {
        released(System.nanoTime());
      }
      super.request(id, total);
    }

    @Override
    void interrupted(Condition place, long nowNanos) {
      dueNanos += intervalNanos;
    }
  }

  @CaughtBy({
    "request_behindManyHeadsInterruptedInTurn_waitsForNoneOfThem",
    "request_loneHeadInterruptedAgainAndAgain_putsOffNoRelease"
  })
  static class ChargesTheInterruptedHead extends ReferenceQueue {
    @Override
    void interrupted(Condition place, long nowNanos) {
      if (isHead(place)) {
        dueNanos += intervalNanos;
      }
    }
  }

  @CaughtBy("request_loneHeadInterruptedAgainAndAgain_putsOffNoRelease")
  static class StartsTheIntervalAnewWhenTheHeadIsInterrupted extends ReferenceQueue {
    @Override
    void interrupted(Condition place, long nowNanos) {
      dueNanos = nowNanos + intervalNanos;
    }
  }

  /** Granted, then interrupted before it noticed: the start is gone. */
  @CaughtBy("request_interruptRacesReleaseOnIdleQueue_nextInLineGetsTheStart")
  static class LosesTheStartInARace extends ReferenceQueue {
    @Override
    public void request(long id, long total) throws InterruptedException {
      super.request(id, total);
      LockSupport.parkNanos(50_000); // the news of the grant travels
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /** The same for a head that waited: its turn had come when it was interrupted. */
  @CaughtBy("request_headInterruptedAfterItsTurnCame_nextInLineGetsTheStart")
  static class LosesTheStartOfTheHeadInARace extends ReferenceQueue {
    @Override
    void interrupted(Condition place, long nowNanos) {
      if (isHead(place) && dueNanos - nowNanos <= 0) {
        released(nowNanos);
      }
    }
  }

  @CaughtBy({
    "request_interruptedWhileWaiting_throwsAndLeavesTheLine",
    "request_behindManyInterrupted_waitsForNoneOfThem",
    "request_manyInterruptedAtRandom_othersKeepOrderAndSpacing"
  })
  static class DropsWhoeverIsBehindAnInterrupted extends ReferenceQueue {
    @Override
    void interrupted(Condition place, long nowNanos) {
      List<Condition> places = List.copyOf(line);
      int behind = places.indexOf(place) + 1;
      if (behind < places.size()) {
        line.remove(places.get(behind));
      }
    }
  }

  @CaughtBy("request_joiningBehindAnInterruptedTail_isReleased")
  static class LosesWhoeverJoinsBehindAnInterruptedTail extends ReferenceQueue {
    private boolean tailIsGone;

    @Override
    void interrupted(Condition place, long nowNanos) {
      tailIsGone = place.equals(line.getLast());
    }

    @Override
    void join(Condition place) {
      if (!tailIsGone) {
        super.join(place);
      }
      tailIsGone = false;
    }
  }

  /** Nobody tells the next in line that it is the head now. */
  @CaughtBy({
    "request_behindManyHeadsInterruptedInTurn_waitsForNoneOfThem",
    "request_interruptRacesReleaseOfHead_returnsOrThrowsAndTheNextIsReleased",
    "request_headInterruptedAfterItsTurnCame_nextInLineGetsTheStart"
  })
  static class HandsNothingOnWhenTheHeadIsInterrupted extends ReferenceQueue {
    private @Nullable Condition interrupted;

    @Override
    void interrupted(Condition place, long nowNanos) {
      interrupted = place;
    }

    @Override
    void leave(Condition place) {
      if (place.equals(interrupted)) {
        line.remove(place);
      } else {
        super.leave(place);
      }
    }
  }

  @CaughtBy({
    "request_interruptedWhileWaiting_throwsAndLeavesTheLine",
    "request_interruptedOnEntry_throwsAndTakesNoStart"
  })
  static class GoesOnWaitingWhenInterrupted extends ReferenceQueue {
    @Override
    void awaitTurn(Condition place) {
      while (true) {
        try {
          super.awaitTurn(place);
          return;
        } catch (InterruptedException e) {
          // swallowed
        }
      }
    }

    @Override
    public void request(long id, long total) throws InterruptedException {
      boolean unused = Thread.interrupted();
      super.request(id, total);
    }
  }

  /** If its turn has come by then, it is released as if nothing had been. */
  @CaughtBy("request_headInterruptedAfterItsTurnCame_nextInLineGetsTheStart")
  static class ReturnsWithTheStatusCleared extends ReferenceQueue {
    @Override
    void awaitTurn(Condition place) throws InterruptedException {
      try {
        super.awaitTurn(place);
      } catch (InterruptedException e) {
        if (dueNanos - System.nanoTime() > 0 || !isHead(place)) {
          throw e;
        }
      }
    }
  }

  @CaughtBy({
    "request_interruptedWhileWaiting_throwsAndLeavesTheLine",
    "request_interruptedOnEntry_throwsAndTakesNoStart"
  })
  static class ThrowsWithTheStatusSet extends ReferenceQueue {
    @Override
    public void request(long id, long total) throws InterruptedException {
      try {
        super.request(id, total);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw e;
      }
    }
  }

  @CaughtBy("request_interruptedOnEntry_throwsAndTakesNoStart")
  static class IgnoresAnInterruptOnEntry extends ReferenceQueue {
    @Override
    public void request(long id, long total) throws InterruptedException {
      boolean interrupted = Thread.interrupted();
      super.request(id, total);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @CaughtBy("request_badShard_isRefusedByNameAndDoesNotJoin")
  static class AcceptsBadShards extends ReferenceQueue {
    @Override
    void checkShard(long id, long total) {}
  }

  @CaughtBy("request_badShard_isRefusedByNameAndDoesNotJoin")
  static class AcceptsTheIdThatEqualsTheTotal extends ReferenceQueue {
    @Override
    void checkShard(long id, long total) {
      if (id != total || total < 1) {
        super.checkShard(id, total);
      }
    }
  }

  @CaughtBy("request_badShard_isRefusedByNameAndDoesNotJoin")
  static class RefusesWithoutNamingTheValues extends ReferenceQueue {
    @Override
    void checkShard(long id, long total) {
      if (total < 1 || id < 0 || id >= total) {
        throw new IllegalArgumentException("bad shard");
      }
    }
  }

  @CaughtBy("request_largestShard_isReleased")
  static class RefusesLargeShards extends ReferenceQueue {
    @Override
    void checkShard(long id, long total) {
      super.checkShard(id, total);
      if (total > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("total is " + total);
      }
    }
  }

  @CaughtBy({"createQueue_badInterval_isRefused", "createQueue_nullInterval_isRefused"})
  static class AcceptsEveryInterval extends ReferenceQueue {
    @Override
    void setInterval(Duration interval) {
      super.setInterval(Duration.ofHours(1));
    }
  }

  @CaughtBy("request_onInProcessQueue_leavesNoPlatformThread")
  static class LeavesAThread extends ReferenceQueue {
    private @Nullable Thread timer;

    @Override
    void join(Condition place) {
      super.join(place);
      if (timer == null) {
        timer = Thread.ofPlatform().daemon().start(LockSupport::park);
      }
    }

    @Override
    public void close() {
      super.close();
      if (timer != null) {
        LockSupport.unpark(timer);
      }
    }
  }

  @CaughtBy({"close_whileRequestsWait_throwsToEachOfThem", "close_onceMore_changesNothing"})
  static class LeavesWaitersAloneWhenItIsClosed extends ReferenceQueue {
    private boolean refuses;

    @Override
    void checkShard(long id, long total) {
      super.checkShard(id, total);
      if (refuses) {
        throw new IllegalStateException("closed");
      }
    }

    @Override
    public void close() {
      refuses = true;
    }
  }

  @CaughtBy("request_afterClose_throwsIllegalStateException")
  static class ServesOnWhenItIsClosed extends ReferenceQueue {
    @Override
    public void close() {}
  }

  /** One whose requests end by nothing but its closing; not to be caught, but to be tidied up. */
  static class IsDeafUntilItIsClosed extends GoesOnWaitingWhenInterrupted {
    static final Queue<ReferenceQueue> CREATED = new ConcurrentLinkedQueue<>();

    IsDeafUntilItIsClosed() {
      CREATED.add(this);
    }
  }

  @CaughtBy({
    "acquire_identified_nextIsDueAnIntervalLater",
    "acquire_closedWithoutAWord_countsAsIdentified"
  })
  static class ReleasesTheNextWhileOneIsHeld extends ReferenceQueue {
    @Override
    void held(Start start, long nowNanos) {
      super.held(start, nowNanos);
      dueNanos = nowNanos + intervalNanos;
    }
  }

  @CaughtBy({
    "acquire_saidToBeIdentifiedAtOnce_keepsTheInterval",
    "acquire_identified_nextIsDueAnIntervalLater"
  })
  static class ForgetsTheIntervalOnceIdentified extends ReferenceQueue {
    @Override
    long dueAfter(Start start, Word word, long nowNanos) {
      return word == Word.IDENTIFIED ? nowNanos : super.dueAfter(start, word, nowNanos);
    }
  }

  @CaughtBy({
    "acquire_cancelled_nextGoesAsIfItHadNotBeenReleased",
    "acquire_saidAfterItWasCancelled_changesNothing",
    "acquire_releasedLater_seesWhatWasWrittenBeforeTheOtherWasOver"
  })
  static class CostsASlotWhenCancelled extends ReferenceQueue {
    @Override
    long dueAfter(Start start, Word word, long nowNanos) {
      return word == Word.CANCELLED
          ? nowNanos + intervalNanos
          : super.dueAfter(start, word, nowNanos);
    }
  }

  /** The next one waits for the end of the hold. */
  @CaughtBy({
    "acquire_identified_nextIsDueAnIntervalLater",
    "acquire_closedWithoutAWord_countsAsIdentified",
    "acquire_cancelledOnceItWasIdentified_isNotGivenBack",
    "acquire_answered_nextIsNotDueBeforeFiveSixthsOfTheInterval"
  })
  static class HearsOfNothingButCancel extends ReferenceQueue {
    @Override
    long dueAfter(Start start, Word word, long nowNanos) {
      return word == Word.CANCELLED ? super.dueAfter(start, word, nowNanos) : dueNanos;
    }
  }

  @CaughtBy("acquire_closedWithoutAWord_countsAsIdentified")
  static class TakesCloseForCancel extends ReferenceQueue {
    @Override
    long dueAfter(Start start, Word word, long nowNanos) {
      return word == Word.CLOSED ? start.releaseNanos : super.dueAfter(start, word, nowNanos);
    }
  }

  @CaughtBy("acquire_answered_nextIsNotDueBeforeFiveSixthsOfTheInterval")
  static class TakesAnswersTooEarly extends ReferenceQueue {
    @Override
    long dueAfter(Start start, Word word, long nowNanos) {
      return word == Word.ANSWERED
          ? nowNanos + intervalNanos / 2
          : super.dueAfter(start, word, nowNanos);
    }
  }

  @CaughtBy("acquire_cancelledOnceItWasIdentified_isNotGivenBack")
  static class CancelsWhatWasIdentified extends ReferenceQueue {
    @Override
    boolean isToBeHeard(Start start, Word word) {
      return true;
    }
  }

  @CaughtBy("acquire_saidAfterItWasCancelled_changesNothing")
  static class HearsWhatIsOver extends ReferenceQueue {
    @Override
    boolean isOver(Start start) {
      return false;
    }
  }

  @CaughtBy("acquire_identifiedAfterItRanOut_putsTheNextOff")
  static class IgnoresWhatIsSaidLate extends ReferenceQueue {
    @Override
    void heardLate(Word word, long nowNanos) {}
  }

  @CaughtBy({
    "acquire_nothingIsSaid_runsOutAndCountsAsIdentified",
    "acquire_identifiedAfterItRanOut_putsTheNextOff"
  })
  static class HoldsForEver extends ReferenceQueue {
    @Override
    void held(Start start, long nowNanos) {
      super.held(start, nowNanos);
      dueNanos = nowNanos + Duration.ofHours(1).toNanos();
    }
  }

  @CaughtBy("acquire_nothingIsSaid_runsOutAndCountsAsIdentified")
  static class DoesNotTellThatAHoldRanOut extends ReferenceQueue {
    @Override
    boolean hasRunOut(Start start, long nowNanos) {
      return false;
    }
  }

  @CaughtBy("acquire_nothingIsSaid_runsOutAndCountsAsIdentified")
  static class EndsHoldsTooEarly extends ReferenceQueue {
    @Override
    void held(Start start, long nowNanos) {
      super.held(start, nowNanos);
      dueNanos = nowNanos + holdNanos;
    }
  }

  @CaughtBy("acquire_interruptedInLine_leavesNoTrace")
  static class GivesNothingBackOnceSomebodyWasInterrupted extends ReferenceQueue {
    private boolean interrupted;

    @Override
    void interrupted(Condition place, long nowNanos) {
      interrupted = true;
    }

    @Override
    long dueAfter(Start start, Word word, long nowNanos) {
      return interrupted ? dueNanos : super.dueAfter(start, word, nowNanos);
    }
  }

  @CaughtBy("acquire_badShard_isRefusedAndDoesNotJoin")
  static class AcquiresForAnyShard extends ReferenceQueue {
    @Override
    public SessionStart acquire(long id, long total) throws InterruptedException {
      return super.acquire(0, 1);
    }
  }
}
