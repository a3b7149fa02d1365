package io.github.gatewayqueue.discord4j;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.AcquireOnly;
import io.github.gatewayqueue.testsupport.WatchedStart;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/** A queue, whom it has released, and what was said of the starts. */
final class WatchedQueue implements AcquireOnly {
  private final List<Start> starts = new CopyOnWriteArrayList<>();
  private final Semaphore running = new Semaphore(1);
  private final GatewayQueue queue;

  WatchedQueue(GatewayQueue queue) {
    this.queue = queue;
  }

  /** A start, and when each word was said of it for the first time. */
  static final class Start extends WatchedStart {
    private final Map<String, Long> said = new ConcurrentSkipListMap<>();

    Start(long id, SessionStart start) {
      super(id, start);
    }

    @Override
    protected void say(String word) {
      said.putIfAbsent(word, System.nanoTime());
    }

    boolean is(String word) {
      return said.containsKey(word);
    }

    /** Returns when a word was said; far in the future if it was not. */
    long nanos(String word) {
      return said.getOrDefault(word, releasedNanos + Duration.ofDays(1).toNanos());
    }

    /** Returns a moment before which the next start of the bucket is not due. */
    long dueNanos(Duration interval) {
      long sentNanos = Math.min(nanos("identified"), nanos("closed"));
      long answeredNanos = nanos("answered") - interval.dividedBy(6).toNanos();
      return Math.min(sentNanos, answeredNanos) + interval.toNanos();
    }

    @Override
    public String toString() {
      return id + " " + String.join(" ", said.keySet());
    }
  }

  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    var start = new Start(id, queue.acquire(id, total));
    starts.add(start);
    running.acquireUninterruptibly();
    running.release();
    return start;
  }

  /** Makes threads that are released stand still, also if they are interrupted. */
  void stall() {
    running.acquireUninterruptibly();
  }

  /** Has them go on. */
  void goOn() {
    running.release();
  }

  /** Returns all starts in the order of their release: "ID WORDS", with the words in theirs. */
  List<String> story() {
    return starts.stream().map(Start::toString).toList();
  }

  /** Returns whose IDENTIFY was sent, in the order of their release. */
  List<Long> order() {
    return starts.stream().filter(start -> !start.is("cancelled")).map(start -> start.id).toList();
  }

  Start start(int number) {
    return starts.get(number);
  }

  int starts() {
    return starts.size();
  }

  /** Fails if somebody was released before what was said of the one before it in its bucket. */
  void assertSpaced(int buckets, Duration interval) {
    Map<Long, Start> last = new HashMap<>();
    for (Start start : starts) {
      Start before = start.is("cancelled") ? null : last.put(start.id % buckets, start);
      assertTrue(
          before == null || start.releasedNanos - before.dueNanos(interval) >= 0,
          () -> "%s after %s".formatted(start, before));
    }
  }
}
