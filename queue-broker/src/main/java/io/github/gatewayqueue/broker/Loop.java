package io.github.gatewayqueue.broker;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;

/** The one event loop of a broker. Safe for use by many threads. */
final class Loop {
  private final Vertx vertx;
  private final Context context;

  Loop(Vertx vertx) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
  }

  /** Has an action run on the event loop, unless that has ended. */
  void run(Runnable action) {
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
  void every(long millis, Runnable action) {
    run(() -> vertx.setPeriodic(millis, timer -> action.run()));
  }
}
