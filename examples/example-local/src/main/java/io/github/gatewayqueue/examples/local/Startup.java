package io.github.gatewayqueue.examples.local;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.local.LocalQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Starts the shards of a bot, each on a virtual thread of its own, so that they stand in line in
 * the order of their ids.
 */
final class Startup {
  /*
   * Order
   *
   * Threads that are started one after another reach the queue in any order, all the more if each
   * shard has to connect first. So the next shard is started when the one before it has joined, and
   * two numbers tell so. waiting() counts a request from the moment at which it stands in line until
   * it is released or leaves; from a moment later, passed counts it. Passed is read before waiting():
   * a request that is released between the two reads is then missed once, and never counted twice.
   * So the sum can be too small for a moment, in which case it is read again, but it is never larger
   * than the number of shards that have joined. A shard that fails to connect is counted by passed
   * too, so that it holds up nobody.
   *
   * This holds as long as nobody else asks the same queue meanwhile. The price is that shards connect
   * one after the other.
   *
   * A queue on another machine has no waiting() for this process alone. There, let each shard start
   * the next one after its own request has returned or failed. With one bucket the releases are the
   * same, at the same times, although only one shard at a time is in line. With several buckets,
   * shard id - max_concurrency must start shard id, or an idle bucket waits for others.
   */

  private final LocalQueue queue;
  private final int shards;
  private final IntConsumer connect;
  private final IntConsumer identify;

  /** Shards whose request has returned or thrown, or was never made since connecting failed. */
  private final AtomicInteger passed = new AtomicInteger();

  /** Shards that were interrupted before they were released. */
  private final AtomicInteger interrupted = new AtomicInteger();

  /**
   * Creates the startup of a bot.
   *
   * @param connect opens the connection of a shard, and returns when Discord has sent HELLO
   * @param identify starts the session of a shard
   */
  Startup(LocalQueue queue, int shards, IntConsumer connect, IntConsumer identify) {
    this.queue = queue;
    this.shards = shards;
    this.connect = connect;
    this.identify = identify;
  }

  /**
   * Starts all shards and returns when the last one has been released. If the current thread is
   * interrupted, so are the shards that wait, and this method returns when they have gone; the
   * interrupted status stays set.
   *
   * @param whenAllAreInLine run once all have joined the line, unless the thread is interrupted
   *     before
   */
  void run(Runnable whenAllAreInLine) {
    var names = Thread.ofVirtual().name("shard-", 0).factory();
    try (var threads = Executors.newThreadPerTaskExecutor(names)) {
      startInIdOrder(threads, whenAllAreInLine);
    } // waits for the shards, and interrupts them if this thread is interrupted
  }

  private void startInIdOrder(Executor threads, Runnable whenAllAreInLine) {
    try {
      for (int id = 0; id < shards; id++) {
        int shard = id;
        threads.execute(() -> start(shard));
        while (passed.get() + queue.waiting() <= shard) { // passed first, see above
          Thread.sleep(1);
        }
      }
      whenAllAreInLine.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void start(int shard) {
    SessionStart start;
    try {
      connect.accept(shard);
      start = queue.acquire(shard, shards);
    } catch (InterruptedException e) {
      interrupted.incrementAndGet();
      return;
    } finally {
      passed.incrementAndGet();
    }
    try (start) {
      identify.accept(shard);
      start.identified(); // the next one goes an interval from here
    }
  }

  /** Returns how many shards left the line before they were released. */
  int interrupted() {
    return interrupted.get();
  }
}
