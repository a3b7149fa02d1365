package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A source that answers what the test tells it to, and hangs until it is told. */
final class ScriptedSource implements SessionStartLimitSource {
  private final BlockingQueue<SessionStartLimitSource> answers = new LinkedBlockingQueue<>();
  private final List<Thread> readers = new CopyOnWriteArrayList<>();
  private final List<Long> askedNanos = new CopyOnWriteArrayList<>();
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private volatile boolean calledTwiceAtOnce;

  @Override
  public SessionStartLimit fetch() throws IOException, InterruptedException {
    calledTwiceAtOnce |= inside.incrementAndGet() > 1;
    askedNanos.add(System.nanoTime());
    readers.add(Thread.currentThread());
    try {
      return answers.take().fetch();
    } finally {
      inside.decrementAndGet();
    }
  }

  /** Lets the call that hangs, or else the next one, return the limit. */
  void answer(SessionStartLimit limit) {
    answer(() -> limit);
  }

  /** Lets the call that hangs, or else the next one, do as the other source. */
  void answer(SessionStartLimitSource other) {
    told.incrementAndGet();
    answers.add(other);
  }

  /** Lets the call that hangs, or else the next one, throw. */
  void fail(Throwable failure) {
    answer(failing(failure));
  }

  /** A source that always throws. */
  static SessionStartLimitSource failing(Throwable failure) {
    return () -> {
      switch (failure) {
        case IOException e -> throw e;
        case InterruptedException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalArgumentException(failure);
      }
    };
  }

  /** How often it was called. */
  int calls() {
    return readers.size();
  }

  /** When it was called, by {@link System#nanoTime}. */
  List<Long> askedNanos() {
    return List.copyOf(askedNanos);
  }

  /** The threads that called it. */
  List<Thread> readers() {
    return List.copyOf(readers);
  }

  /** Waits until it has been called so often. */
  void awaitCalls(int calls) {
    Await.until(() -> calls() >= calls);
  }

  /** Waits until the queue has done with all answers that it was told to give. */
  void awaitReaders() throws InterruptedException {
    int answered = told.get(); // one more call may hang by now
    awaitCalls(answered);
    for (Thread reader : readers().subList(0, answered)) {
      reader.join();
    }
  }

  /** Ends the calls that hang, and fails if there ever were two at once. */
  void end() throws InterruptedException {
    for (Thread reader : readers) {
      if (!reader.equals(Thread.currentThread())) { // which constructs a queue, and reads itself
        reader.interrupt();
        reader.join();
      }
    }
    if (calledTwiceAtOnce) {
      throw new AssertionError("called from two threads at once");
    }
  }
}
