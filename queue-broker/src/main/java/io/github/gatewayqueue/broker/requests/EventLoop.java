package io.github.gatewayqueue.broker.requests;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs tasks on the one event loop of a broker. Safe for use by many threads. */
public final class EventLoop {
  private final Vertx vertx;
  private final Context context;

  public EventLoop(Vertx vertx) {
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
   * Runs {@code look}, which may take locks, on a thread of its own, and then {@code seen} with its
   * result on the event loop.
   *
   * @param failed gets what the look has thrown, on its thread, and may log it
   * @param instead then runs on the event loop, even if that throws, too
   */
  public <T extends @Nullable Object> void look(
      String name,
      Supplier<T> look,
      Consumer<T> seen,
      Consumer<Throwable> failed,
      Runnable instead) {
    Thread.ofVirtual()
        .name(name)
        .start(() -> {
          Runnable next = instead;
          try {
            T found = look.get();
            next = () -> seen.accept(found);
          } catch (Throwable e) {
            failed.accept(e);
          } finally {
            run(next);
          }
        });
  }
}
