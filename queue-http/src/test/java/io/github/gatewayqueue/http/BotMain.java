package io.github.gatewayqueue.http;

import io.github.gatewayqueue.testsupport.Await;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A bot as a process of its own: it says which of its shards were released. */
final class BotMain {
  private BotMain() {}

  /** Asks for as many shards as the second argument says, of the broker at the first. */
  public static void main(String[] args) throws InterruptedException {
    int shards = Integer.parseInt(args[1]);
    try (var queue = HttpQueue.of(URI.create(args[0]))) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < shards; i++) {
        int id = i;
        threads.add(Thread.ofVirtual().start(() -> bringUp(queue, id, shards)));
      }
      Await.until(() -> queue.inLine() == shards);
      System.out.println("all are in line");
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static void bringUp(HttpQueue queue, int id, int shards) {
    try {
      queue.request(id, shards);
      System.out.println("released " + id);
    } catch (InterruptedException e) {
      throw new AssertionError(e); // nobody does that
    }
  }
}
