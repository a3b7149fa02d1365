package io.github.gatewayqueue.testsupport;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A thread that recurses until its stack overflows. Each time that it is told to, it calls from
 * every depth that is left, from the bottom up. Until then it waits without calling anything.
 */
public final class DeepStack {
  /** How many calls there are, each with a little more stack than the one before. */
  public static final int DEPTHS = 600;

  /** What is called with little stack left. */
  @FunctionalInterface
  public interface Call {
    void run() throws Exception;
  }

  /** How many frames the next call has more, which are small once they are compiled. */
  public static final int STEP = 4;

  private final Call call;
  private final Thread thread;
  private int unwound;
  private volatile int told;
  private volatile int done;
  private volatile @Nullable Throwable thrown;

  /**
   * Calls so often, from threads of both kinds, that what is called is compiled. That needs the
   * most stack at once: before it begins, as much as all that is inlined in it.
   */
  public static void compile(Call call) throws Exception {
    Callable<Void> often =
        () -> {
          for (int i = 0; i < 200_000; i++) {
            call.run();
          }
          return null;
        };
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Void> other = executor.submit(often);
      often.call();
      other.get();
    }
  }

  /** Starts the thread. */
  public DeepStack(Call call) {
    this.call = call;
    thread = new Thread(null, this::dive, "diver", 1024 * 1024);
    thread.setDaemon(true); // it spins on if the test fails
    thread.start();
  }

  @SuppressWarnings("InfiniteRecursion") // until the stack overflows
  private void dive() {
    try {
      dive();
    } catch (StackOverflowError e) {
      // the bottom, or the call before
    }
    int attempt = done + 1;
    if (unwound++ % STEP != 0 || attempt > DEPTHS) {
      return;
    }
    while (told < attempt) {
      // spins
    }
    Throwable failure = null;
    try {
      call.run();
    } catch (Throwable e) {
      failure = e;
    }
    thrown = failure;
    done = attempt;
  }

  /** Has the call of a number happen; they are told one after the other, from 1. */
  public void tell(int attempt) {
    told = attempt;
  }

  /** Returns whether that call has ended. */
  public boolean isDone(int attempt) {
    return done >= attempt;
  }

  /** Waits for the call, and returns whether it returned rather than overflow. */
  public boolean awaitCall(int attempt) {
    Await.until(() -> isDone(attempt));
    if (thrown != null && !(thrown instanceof StackOverflowError)) {
      throw new AssertionError(thrown);
    }
    return thrown == null;
  }

  /** Waits for the end of the thread, after the last call. */
  public void join() throws InterruptedException {
    if (!thread.join(Await.HANG)) {
      throw new AssertionError("the thread goes on");
    }
  }
}
