package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.HeapFiller;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A program whose source, at the first reading, leaves no byte of the heap, and throws. The memory
 * is there again when that reader has died. It needs a JVM with a small heap.
 */
final class ReadingWithoutMemory {
  static final String RELEASED = "released by the second reading";

  private static volatile @Nullable Thread reader;
  private static volatile int readings;

  private ReadingWithoutMemory() {}

  @SuppressWarnings("NonAtomicVolatileUpdate") // there is one reader at a time
  private static SessionStartLimit fetch() {
    readings++;
    if (readings == 1) {
      reader = Thread.currentThread();
      fillTheHeap();
    }
    return new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1);
  }

  private static void fillTheHeap() {
    Error thrown = new OutOfMemoryError("not really"); // now, as there is room for it
    HeapFiller.fill(1);
    throw thrown;
  }

  public static void main(String[] arguments) throws InterruptedException {
    LargeBotQueue queue =
        LargeBotQueue.builder(ReadingWithoutMemory::fetch)
            .interval(Duration.ofMillis(1))
            .minBackoff(Duration.ofMillis(1))
            .build();
    queue.readLimitIfUnknown();
    Thread first = reader;
    while (first == null) {
      Thread.onSpinWait();
      first = reader;
    }
    first.join();
    HeapFiller.release();
    queue.request(0, 1);
    System.out.println(RELEASED + ": " + readings);
  }
}
