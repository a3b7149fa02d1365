package io.github.gatewayqueue.broker.requests;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The one event loop of a broker. Safe for use by many threads. */
public final class Loop {
  private final Vertx vertx;
  private final Context context;

  public Loop(Vertx vertx) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
  }

  /** Has an action run on the event loop, unless that has ended. */
  public void run(Runnable action) {
    try {
      context.runOnContext(nothing -> action.run());
    } catch (RejectedExecutionException e) {
      // The broker is closed: there is nobody left who could be told anything.
    }
  }

  /** Has an action run after a while; to be called on the event loop. */
  void after(long millis, Runnable action) {
    vertx.setTimer(millis, timer -> action.run());
  }

  /** Has an action run from time to time. */
  public void every(long millis, Runnable action) {
    run(() -> vertx.setPeriodic(millis, timer -> action.run()));
  }

  /**
   * Looks at what has locks, which are not for the event loop, on a thread of its own, and goes on
   * with what was seen on the event loop.
   *
   * @param failed what is done instead if the look has thrown something
   */
  public <T extends @Nullable Object> void look(
      String name, Supplier<T> look, Consumer<T> seen, Consumer<Throwable> failed) {
    Thread.ofVirtual()
        .name(name)
        .start(() -> {
          Runnable next;
          try {
            T found = look.get();
            next = () -> seen.accept(found);
          } catch (Throwable e) {
            next = () -> failed.accept(e);
          }
          run(next);
        });
  }
}
