package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Many virtual threads that all do the same, each with its number. */
final class Crowd {
  private final Thread[] threads;
  private final Body body;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** What one of them does. It may end by an interrupt; any other exception fails the run. */
  @FunctionalInterface
  interface Body {
    void run(int number) throws Exception;
  }

  Crowd(int size, Body body) {
    threads = new Thread[size];
    this.body = body;
  }

  /** Returns some who acquire one shard each, and note when they went. */
  static Crowd acquiring(Pacer pacer, long[] wentNanos) {
    return new Crowd(
        wentNanos.length,
        i -> {
          pacer.acquire(i);
          wentNanos[i] = System.nanoTime();
        });
  }

  int size() {
    return threads.length;
  }

  /** Starts all of them. */
  Crowd start() {
    for (int i = 0; i < threads.length; i++) {
      start(i);
    }
    return this;
  }

  /** Starts one. */
  void start(int number) {
    threads[number] = Thread.startVirtualThread(() -> run(number));
  }

  /** Starts all of them as the factory has it. */
  Crowd start(ThreadFactory factory) {
    for (int i = 0; i < threads.length; i++) {
      int number = i;
      threads[i] = factory.newThread(() -> run(number));
      threads[i].start();
    }
    return this;
  }

  private void run(int number) {
    try {
      body.run(number);
    } catch (InterruptedException e) {
      // one of the ways to end
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  Thread thread(int number) {
    return threads[number];
  }

  /** Returns once all of those who were started wait for something, or have ended. */
  void awaitWaiting() throws InterruptedException {
    for (int i = 0; i < threads.length; i++) {
      awaitWaiting(i);
    }
  }

  /** Returns once this one waits for something, or has ended. */
  void awaitWaiting(int number) throws InterruptedException {
    while (!isWaiting(threads[number].getState())) {
      if (failure.get() != null) {
        throwFailure();
      }
      Thread.sleep(Duration.ofNanos(50_000));
    }
  }

  private static boolean isWaiting(Thread.State state) {
    return switch (state) {
      case WAITING, TIMED_WAITING, BLOCKED, TERMINATED -> true;
      case NEW, RUNNABLE -> false;
    };
  }

  /** Returns how many have not ended. */
  int alive() {
    return (int) Arrays.stream(threads).filter(Thread::isAlive).count();
  }

  /** Waits for all of those who were started, and throws what one of them threw, if any did. */
  void join() throws InterruptedException {
    for (Thread thread : threads) {
      if (thread != null) {
        thread.join();
      }
    }
    throwFailure();
  }

  void interruptAll() {
    for (Thread thread : threads) {
      thread.interrupt();
    }
  }

  void throwFailure() {
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("a thread failed", thrown);
    }
  }
}
