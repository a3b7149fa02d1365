package io.github.gatewayqueue.local.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.DeepStack;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A caller that has hardly any stack left: a call either does what it should, or throws a {@link
 * StackOverflowError} and has changed nothing that others would notice.
 */
class DeepStackTest {
  private static final int DEPTHS = DeepStack.DEPTHS;
  private static final long TOTAL = 16;

  /** On a virtual thread: how many of the deepest frames there are calls from. */
  private static final int FRAMES = DeepStack.STEP * DEPTHS;

  private final AtomicInteger grants = new AtomicInteger();
  private final Buckets buckets =
      new Buckets(
          Duration.ofNanos(1),
          Duration.ZERO,
          1,
          (now, hold) -> grants.getAndUpdate(n -> Math.max(0, n - 1)) > 0 ? 0 : Long.MAX_VALUE);

  /** Says of each start that it ran out, of which there are as many as calls. */
  private static final Logger LOGGER = Logger.getLogger("io.github.gatewayqueue");

  @BeforeAll
  static void compile() throws Exception {
    LOGGER.setUseParentHandlers(false);
    Buckets busy = new Buckets(Duration.ofNanos(1), Duration.ZERO, 1, StartBudget.UNLIMITED);
    DeepStack.compile(() -> busy.request(0, TOTAL));
    DeepStack.compile(() -> cancel(busy.acquire(0, TOTAL, Duration.ofNanos(1))));
  }

  @AfterAll
  static void logAgain() {
    LOGGER.setUseParentHandlers(true);
  }

  private static void cancel(SessionStart start) {
    start.cancel();
    start.close();
  }

  private Asking join() {
    int before = buckets.waiting();
    Asking asking = Asking.of(buckets::request, 0, TOTAL);
    Await.until(() -> buckets.waiting() == before + 1);
    return asking;
  }

  private void grant(int starts) {
    grants.addAndGet(starts);
    buckets.wakeHeads();
  }

  @Test
  void request_littleStack_othersAreReleased() throws Exception {
    DeepStack diver = new DeepStack(() -> buckets.request(1, TOTAL));
    int released = 0;
    for (int attempt = 1; attempt <= DEPTHS; attempt++) {
      Asking before = join();
      diver.tell(attempt);
      int current = attempt;
      Await.until(() -> buckets.waiting() == 2 || diver.isDone(current));
      Asking behind = join();
      grant(diver.isDone(attempt) ? 2 : 3);
      before.awaitReturn();
      released += diver.awaitCall(attempt) ? 1 : 0;
      behind.awaitReturn();
      assertEquals(0, buckets.waiting());
      assertEquals(0, grants.getAndSet(0));
    }
    diver.join();
    assertTrue(released > 0 && released < DEPTHS, released + " of " + DEPTHS);
  }

  @Test
  void acquireAndCancel_littleStack_othersAreReleased() throws Exception {
    DeepStack diver = new DeepStack(() -> cancel(buckets.acquire(1, TOTAL, Duration.ofNanos(1))));
    int cancelled = 0;
    for (int attempt = 1; attempt <= DEPTHS; attempt++) {
      grants.set(1);
      diver.tell(attempt);
      cancelled += diver.awaitCall(attempt) ? 1 : 0;
      assertEquals(0, buckets.waiting());
      Asking next = Asking.of(buckets::request, 0, TOTAL);
      grant(1);
      next.awaitReturn();
    }
    diver.join();
    assertTrue(cancelled > 0 && cancelled < DEPTHS, cancelled + " of " + DEPTHS);
  }

  /** On the stack of a carrier, and with others in its way; nobody is told when. */
  @Test
  void request_littleStackOnAVirtualThread_othersAreReleased() throws Exception {
    Buckets free = new Buckets(Duration.ofNanos(1), Duration.ZERO, 1, StartBudget.UNLIMITED);
    AtomicInteger unwound = new AtomicInteger();
    AtomicInteger released = new AtomicInteger();
    Thread diver = Thread.startVirtualThread(() -> dive(free, unwound, released));
    for (int id = 0; !diver.join(Duration.ZERO); id++) {
      Asking.of(free::request, id % TOTAL, TOTAL).awaitReturn();
    }
    assertTrue(unwound.get() >= FRAMES, unwound + " frames");
    assertTrue(released.get() > 0 && released.get() < DEPTHS, released + " of " + DEPTHS);
    Asking.of(free::request, 0, TOTAL).awaitReturn();
    assertEquals(0, free.waiting());
  }

  @SuppressWarnings("InfiniteRecursion") // until the stack overflows
  private static void dive(Buckets free, AtomicInteger unwound, AtomicInteger released) {
    try {
      dive(free, unwound, released);
    } catch (StackOverflowError e) {
      // the bottom, or the request before
    }
    int frame = unwound.incrementAndGet();
    if (frame <= FRAMES && frame % DeepStack.STEP == 0) {
      try {
        free.request(1, TOTAL);
        released.incrementAndGet();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
