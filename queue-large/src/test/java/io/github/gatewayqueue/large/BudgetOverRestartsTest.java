package io.github.gatewayqueue.large;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Budgets of processes that crash and come back at once, with and without their record, in virtual
 * time, beside a Discord that counts late, resets, raises its numbers and is used by others.
 */
class BudgetOverRestartsTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long INTERVAL = 6 * SECOND;
  private static final long MAX_AGE = 60 * SECOND;
  private static final long LONGEST_READING = 25 * SECOND;
  private static final long LONGEST_HOLD = 32 * SECOND;
  private static final long LONGEST_BACKOFF = 60 * SECOND;
  private static final long T0 = Long.MAX_VALUE - 200 * SECOND; // the clock runs over meanwhile

  private int runsOut;
  private int crashes;
  private int cancelled;
  private int elsewhere;

  private static SlowDiscord discord(Random random, int reserve) {
    int total = reserve + 2 + random.nextInt(40);
    int maxConcurrency = 1 + random.nextInt(3);
    long dayNanos = (90 + random.nextInt(300)) * SECOND;
    var discord = new SlowDiscord(total, dayNanos, T0 + random.nextLong(dayNanos) + 1);
    discord.maxConcurrency = maxConcurrency;
    return discord;
  }

  /** A reading under way: what it brings is seen at some moment while it is. */
  private static final class Reading {
    final long askedNanos;
    final long seenNanos;
    final long endNanos;
    final boolean fails;
    @Nullable SessionStartLimit seen;
    int othersSince;

    Reading(Random random, long nowNanos) {
      askedNanos = nowNanos;
      long most = random.nextInt(8) == 0 ? LONGEST_READING : SECOND;
      endNanos = nowNanos + random.nextLong(most);
      seenNanos = nowNanos + random.nextLong(endNanos - nowNanos + 1);
      fails = random.nextInt(8) == 0;
    }
  }

  private record Hold(long chargedNanos, long holdNanos, long endNanos, boolean isUsed) {}

  private final class Run {
    final int seed;
    final Random random;
    final int reserve;
    final SlowDiscord discord;

    /** When each bucket may go again; over restarts, too. Far away while it is held. */
    final List<Long> freeNanos = new ArrayList<>();

    final List<@Nullable Hold> holds = new ArrayList<>();

    /** When each start was released that is in the record, if there is one. */
    final List<Long> noted = new ArrayList<>();

    final boolean recorded;
    Budget budget;
    @Nullable Reading reading;

    /**
     * How many starts others had since what the last reading shows that came while none was held.
     */
    int others;

    long now = T0;

    /** When this process began, and whether each one crashes soon. */
    long beganNanos = T0;

    boolean loops;

    /** Since when Discord has starts, the source answers, and none is given. */
    long lockedNanos = T0;

    Run(int seed) {
      this.seed = seed;
      random = new Random(seed);
      recorded = seed % 2 != 0;
      reserve = random.nextInt(4);
      discord = discord(random, reserve);
      budget = newBudget(false);
    }

    Budget newBudget(boolean predecessor) {
      return new Budget(
          reserve,
          new SplittableRandom(random.nextLong()),
          Budget.MIN_BACKOFF.toNanos(),
          MAX_AGE,
          predecessor,
          now);
    }

    void run() {
      int crashOneIn = 10 + random.nextInt(300);
      for (int step = 0; step < 1_000; step++) {
        discord.passTo(now);
        discord.total += random.nextInt(300) == 0 ? random.nextInt(20) : 0;
        discord.maxConcurrency += random.nextInt(500) == 0 ? 1 : 0;
        loops = loops ? random.nextInt(30) > 0 : random.nextInt(100) == 0;
        boolean ends = random.nextInt(crashOneIn) == 0 || (loops && random.nextInt(3) == 0);
        if (ends && now - beganNanos >= SECOND) { // it takes so long to start a session
          crash();
        }
        if (others < reserve && discord.used() < discord.total && random.nextInt(40) == 0) {
          others++;
          if (reading != null && reading.seen != null) {
            reading.othersSince++;
          }
          elsewhere++;
          discord.start(now);
        }
        read();
        endHolds();
        release();
        checkLock();
        now += random.nextInt(40) == 0 ? random.nextLong(30 * SECOND) : random.nextLong(SECOND);
      }
    }

    private void crash() {
      crashes++;
      beganNanos = now;
      for (int i = 0; i < holds.size(); i++) {
        if (holds.set(i, null) != null || !recorded) { // without a record nothing keeps the spacing
          freeNanos.set(i, now);
        }
      }
      reading = null;
      budget = newBudget(true);
      if (recorded) {
        for (long released : noted) {
          long usedNanos = now - Math.max(0, now - released - LONGEST_HOLD);
          budget.remember(released, usedNanos, now);
        }
      }
      lockedNanos = now;
    }

    private void read() {
      Reading current = reading;
      if (current == null) {
        return;
      }
      if (current.seen == null && current.seenNanos - now <= 0) {
        current.seen = discord.read(now);
      } else if (current.seen == null) {
        return;
      }
      if (current.endNanos - now > 0) {
        return;
      }
      if (current.fails) {
        lockedNanos = now;
        boolean said = random.nextInt(4) == 0;
        budget.fail(now, said ? Duration.ofSeconds(random.nextInt(20)) : Duration.ZERO);
      } else {
        budget.accept(current.seen, current.askedNanos, now);
        if (holds.stream().allMatch(hold -> hold == null)) { // what is held, no reading takes back
          others = current.othersSince;
        }
      }
      budget.readingEnded();
      reading = null;
    }

    private void begin() {
      reading = new Reading(random, now);
    }

    private void endHolds() {
      for (int i = 0; i < holds.size(); i++) {
        Hold hold = holds.get(i);
        if (hold != null && hold.endNanos - now <= 0) {
          holds.set(i, null);
          boolean late = now - hold.chargedNanos - hold.holdNanos > 0;
          if (hold.isUsed && !late) {
            start(i);
            budget.used(hold.chargedNanos, hold.holdNanos, now);
          } else {
            freeNanos.set(i, now);
            budget.takeBack(hold.chargedNanos, hold.holdNanos);
            noted.remove(hold.chargedNanos);
            cancelled++;
          }
        }
      }
    }

    private void release() {
      while (holds.size() < discord.maxConcurrency) {
        holds.add(null);
        freeNanos.add(now);
      }
      for (int i = 0; i < holds.size(); i++) {
        if (holds.get(i) != null || freeNanos.get(i) - now > 0) {
          continue;
        }
        boolean held = random.nextBoolean();
        long holdNanos = held ? (2 + random.nextInt(30)) * SECOND : 0;
        long delayNanos = budget.tryCharge(now, holdNanos);
        if (delayNanos == Budget.READ) {
          begin();
        } else if (budget.beginRenewal(now)) {
          begin();
        }
        if (delayNanos != 0) {
          return;
        }
        lockedNanos = now;
        noted.add(now);
        if (held) {
          long end = now + random.nextLong(holdNanos);
          holds.set(i, new Hold(now, holdNanos, end, random.nextInt(3) > 0));
        } else {
          start(i);
        }
      }
      lockedNanos = now; // none is free: it is not the budget that they wait for
    }

    private void start(int bucket) {
      freeNanos.set(bucket, now + INTERVAL);
      discord.start(now + (seed % 4 < 2 ? 9 * SECOND : random.nextLong(9 * SECOND)));
      runsOut += discord.used() == discord.total ? 1 : 0;
      assertTrue(
          discord.used() <= discord.total,
          () -> "seed " + seed + ": " + discord.used() + " starts of " + discord.total);
    }

    private void checkLock() {
      long held = holds.stream().filter(hold -> hold != null).count();
      if (discord.total - discord.used() - held <= reserve) {
        lockedNanos = now;
      }
      assertTrue(
          now - lockedNanos <= MAX_AGE + LONGEST_BACKOFF,
          () -> "seed " + seed + ": locked for " + Duration.ofNanos(now - lockedNanos));
    }
  }

  @Test
  void budget_overRestarts_isNeverOverdrawnAndNeverLockedOut() {
    for (int seed = 0; seed < 1_000; seed++) {
      new Run(seed).run();
    }
    assertTrue(crashes > 1_000, () -> crashes + " crashes");
    assertTrue(cancelled > 1_000, () -> cancelled + " cancelled");
    assertTrue(elsewhere > 1_000, () -> elsewhere + " starts used elsewhere");
    assertTrue(runsOut > 100, () -> "Discord's last start was used " + runsOut + " times");
  }
}
