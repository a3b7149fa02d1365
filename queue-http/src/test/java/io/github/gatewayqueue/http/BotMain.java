package io.github.gatewayqueue.http;

import io.github.gatewayqueue.testsupport.Await;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A bot as a process of its own: it says which of its shards were released. */
final class BotMain {
  private static final AtomicInteger RELEASED = new AtomicInteger();

  private BotMain() {}

  /**
   * Asks the broker at the first argument for as many shards as the second says, and for holds as
   * long as the third says.
   */
  public static void main(String[] args) throws InterruptedException {
    int shards = Integer.parseInt(args[1]);
    Duration hold = Duration.parse(args[2]);
    try (var queue = HttpQueue.builder(URI.create(args[0])).holdTimeout(hold).build()) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < shards; i++) {
        int id = i;
        threads.add(Thread.ofVirtual().start(() -> bringUp(queue, id, shards)));
      }
      Await.until(() -> queue.inLine() + RELEASED.get() == shards);
      System.out.println("all are in line");
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static void bringUp(HttpQueue queue, int id, int shards) {
    try {
      queue.request(id, shards);
      RELEASED.incrementAndGet();
      System.out.println("released " + id);
    } catch (InterruptedException e) {
      throw new AssertionError(e); // nobody does that
    }
  }
}
