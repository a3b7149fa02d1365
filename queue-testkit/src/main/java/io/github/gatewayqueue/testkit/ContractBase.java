package io.github.gatewayqueue.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.function.Executable;

/** What the tests of a queue share, and must know of it. */
abstract class ContractBase {
  static final Duration NEVER = Duration.ofHours(1); // longer than any test takes

  private final List<QueueUnderTest> lines = new ArrayList<>();

  /**
   * Creates a queue that releases one request of shard 0 per interval, with no limit on how many in
   * all. The tests make many of them, with intervals from a nanosecond to an hour.
   *
   * <p>Pass the interval on as it is, and let exceptions of the queue through: some tests try
   * intervals that must be refused, and null. A queue that is {@link AutoCloseable} is closed after
   * the test; what else was started for it must be stopped by the subclass, whose
   * {@code @AfterEach} methods run before that.
   *
   * @param interval the least time between two releases
   * @return a queue that was never asked before
   * @throws Exception if the queue cannot be created; the test fails
   */
  protected abstract GatewayQueue createQueue(Duration interval) throws Exception;

  /**
   * Creates a queue like {@link #createQueue(Duration)}, with a given hold time-out. Override it if
   * {@code acquire} holds the bucket until it is told what became of the start. By default {@link
   * GatewayQueue#acquire} does not, and the tests that need it are skipped.
   *
   * @param interval the least time between two releases
   * @param holdTimeout how long a start is held at most
   * @return a queue that was never asked before
   * @throws Exception if the queue cannot be created; the test fails
   */
  protected GatewayQueue createQueue(Duration interval, Duration holdTimeout) throws Exception {
    return abort("the queue's starts count from their release");
  }

  /**
   * Returns how many requests wait now in a queue that {@link #createQueue} returned: those that
   * have their place in line, and were neither released nor interrupted. It must be exact once
   * {@code request} has returned or thrown, and is called often.
   *
   * @param queue the queue
   * @return the number of requests in line, over all buckets
   */
  protected abstract int waiting(GatewayQueue queue);

  /**
   * Tells whether the queue asks a server for the release; false unless overridden. An interrupt
   * that races the release may then cost that start, the moment of release is the server's rather
   * than one that the released thread reads, and platform threads may stay. Nothing else is
   * relaxed.
   *
   * @return whether a server decides
   */
  protected boolean remote() {
    return false;
  }

  /**
   * Returns the interval that most tests use; 50 ms unless overridden. A slow queue wants a longer
   * one, so that its requests can join within a few of them; the longer it is, the fewer requests
   * are needed to show that none costs a start.
   *
   * @return the interval, at least 1 ms
   */
  protected Duration interval() {
    return Duration.ofMillis(50);
  }

  /**
   * Returns how long a single wait in a test may last before the test fails as hung; 60 s unless
   * overridden. This is no bound on speed, and must be at least 20 times the interval.
   *
   * @return the limit of a wait
   */
  protected Duration hangGuard() {
    return Duration.ofSeconds(60);
  }

  /**
   * Returns how often the tests repeat what may go wrong only once in a while; 2000 unless
   * overridden. A slow queue wants fewer.
   *
   * @return the number of rounds or of requests
   */
  protected int rounds() {
    return 2000;
  }

  @AfterEach
  void endRequestsAndCloseQueues() {
    List<QueueUnderTest> opened = List.copyOf(lines);
    lines.clear();
    Stream<Executable> ends = opened.stream().map(line -> line::end);
    Stream<Executable> closes = opened.stream().map(line -> () -> closeIfCloseable(line.queue()));
    assertAll(Stream.concat(ends, closes)); // a request that hangs leaves no queue open
  }

  QueueUnderTest open(Duration interval) throws Exception {
    return opened(createQueue(interval), interval);
  }

  private QueueUnderTest opened(GatewayQueue queue, Duration interval) {
    var line = new QueueUnderTest(this, queue, interval);
    lines.add(line);
    return line;
  }

  /** Creates a queue whose starts are held for at most so long. */
  QueueUnderTest open(Duration interval, Duration holdTimeout) throws Exception {
    return opened(createQueue(interval, holdTimeout), interval);
  }

  /** Closes a queue before the test is over; nobody asks it any longer. */
  void discard(QueueUnderTest line) throws Exception {
    lines.remove(line);
    closeIfCloseable(line.queue());
  }

  private static void closeIfCloseable(GatewayQueue queue) throws Exception {
    if (queue instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  /** Whether the next but one is released within a guard, or else a wait for it is no hang. */
  boolean fitsTheGuard(Duration interval) {
    return interval.multipliedBy(2).compareTo(hangGuard()) < 0;
  }

  static void letPass(Duration duration) {
    long untilNanos = System.nanoTime() + duration.toNanos();
    for (long left; (left = untilNanos - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }
}
