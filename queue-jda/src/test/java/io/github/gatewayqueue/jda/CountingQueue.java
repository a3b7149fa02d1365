package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.AcquireOnly;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.WatchedStart;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A queue, how often it was asked, whom it has released, and what was said of the starts. */
final class CountingQueue implements AcquireOnly {
  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger released = new AtomicInteger();
  private final List<Start> starts = new CopyOnWriteArrayList<>();
  private final GatewayQueue queue;

  CountingQueue(GatewayQueue queue) {
    this.queue = queue;
  }

  /** A start, and the first that was said of it. */
  static final class Start extends WatchedStart {
    volatile String said = "";
    volatile long saidNanos;

    Start(long id, SessionStart start) {
      super(id, start);
    }

    @Override
    protected void say(String word) {
      if (said.isEmpty()) {
        saidNanos = System.nanoTime();
        said = word;
      }
    }

    @Override
    public String toString() {
      return id + " " + said;
    }
  }

  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    asked.incrementAndGet();
    var start = new Start(id, queue.acquire(id, total));
    starts.add(start);
    released.incrementAndGet();
    return start;
  }

  /** Returns all starts as "ID WORD", in the order of their release. */
  List<String> story() {
    return starts.stream().map(Start::toString).toList();
  }

  /** Waits for a story: JDA's shard is connected before its controller says so. */
  void awaitStory(String... story) {
    Await.await().untilAsserted(() -> assertEquals(List.of(story), story()));
  }

  /** Waits until something was said of each start that was released so far. */
  void awaitAllSaid() {
    Await.until(() -> count("") == 0);
  }

  /** Returns how many starts ended with this word. */
  long count(String word) {
    return starts.stream().filter(start -> start.said.equals(word)).count();
  }

  /** Returns whose IDENTIFY may have been sent, in the order of their release. */
  List<Long> order() {
    return starts.stream()
        .filter(start -> !start.said.equals("cancelled"))
        .map(start -> start.id)
        .toList();
  }

  /** Returns when somebody was released for the last time. */
  long lastReleasedNanos() {
    return starts.getLast().releasedNanos;
  }

  /** Returns the first start of a shard that had one. */
  Start start(long id) {
    return starts.stream().filter(start -> start.id == id).findFirst().orElseThrow();
  }

  /**
   * Fails if somebody was released too soon after the answer to the one before it in its bucket. An
   * IDENTIFY follows its release, and is there before its answer, so this holds however late a
   * thread runs; what a server sees does not tell that, because it may read two IDENTIFYs at once.
   */
  void assertSpaced(int buckets, Duration spacing) {
    Map<Long, Start> last = new HashMap<>();
    for (Start start : starts) {
      if (start.said.equals("cancelled")) {
        continue;
      }
      Start before = last.put(start.id % buckets, start);
      assertTrue(
          before == null || start.releasedNanos - before.saidNanos >= spacing.toNanos(),
          () -> "" + starts);
    }
  }
}
