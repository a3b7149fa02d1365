package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.HeapFiller;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A program whose source answers with a limit of so many buckets that no memory is left for them:
 * the reading succeeds, and to take it fails. It needs a JVM with a small heap.
 */
final class AcceptingWithoutMemory {
  static final String READERS = "readers after the next request";

  /** What is left of the heap is too small for a reference to each bucket. */
  private static final int SMALLEST = 16 * 1024;

  private static final SessionStartLimit LIMIT =
      new SessionStartLimit(1000, 1000, Duration.ofDays(1), 65_536);

  private static final AtomicInteger STARTED = new AtomicInteger();

  private static volatile @Nullable Thread reader;
  private static volatile boolean nobodyWaits;

  private AcceptingWithoutMemory() {}

  private static SessionStartLimit fetch() {
    reader = Thread.currentThread();
    while (!nobodyWaits) {
      Thread.onSpinWait();
    }
    HeapFiller.fill(SMALLEST);
    return LIMIT;
  }

  private static Thread readerOf(Runnable task) {
    STARTED.incrementAndGet();
    return Thread.ofPlatform().daemon().unstarted(task);
  }

  private static void request(LargeBotQueue queue) {
    try {
      queue.request(0, 1);
    } catch (InterruptedException e) {
      // it is not to wait any longer
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    LargeBotQueue queue =
        LargeBotQueue.builder(AcceptingWithoutMemory::fetch)
            .minBackoff(Duration.ofHours(1))
            .readers(AcceptingWithoutMemory::readerOf)
            .build();
    Thread first = Thread.ofPlatform().start(() -> request(queue));
    Await.until(() -> reader != null);
    first.interrupt();
    first.join();
    Thread reading = reader;
    nobodyWaits = true;
    if (reading != null) {
      reading.join();
    }
    HeapFiller.release();
    Thread.ofPlatform().daemon().start(() -> request(queue));
    Await.until(() -> queue.waiting() == 1);
    queue.snapshot(); // looks at the bucket once the request has asked for a start
    System.out.println(READERS + ": " + STARTED);
  }
}
