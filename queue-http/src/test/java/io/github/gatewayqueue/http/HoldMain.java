package io.github.gatewayqueue.http;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.Await;
import java.net.URI;
import java.time.Duration;

/** A bot as a process of its own, which acquires a start and says nothing of it. */
final class HoldMain {
  static final String HELD = "it is held";
  static final String EXPIRED = "it has expired";
  static final String HELD_AGAIN = "another one is held";

  private HoldMain() {}

  /**
   * Acquires a start of the broker at the first argument, with a hold as long as the second says.
   */
  public static void main(String[] args) throws InterruptedException {
    Duration hold = Duration.parse(args[1]);
    try (var queue = HttpQueue.builder(URI.create(args[0])).holdTimeout(hold).build()) {
      SessionStart start = queue.acquire(0, 1);
      System.out.println(HELD);
      Await.until(start::isExpired);
      System.out.println(EXPIRED);
      start.cancel();
      queue.acquire(0, 1).close();
      System.out.println(HELD_AGAIN);
    }
  }
}
