package io.github.gatewayqueue.local.engine;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.GatewayQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens the engine of a {@code LargeBotQueue} to the broker, which tells each request its place.
 * The lines hold other callers' threads, so they are no part of the queue's public API.
 */
public final class EngineAccess {
  private static volatile @Nullable Function<GatewayQueue, Buckets> ofLargeBotQueue;

  private EngineAccess() {}

  /**
   * Takes note of how to get at the engine. Called by the queue's class when it is initialized.
   *
   * @param bucketsOf returns the buckets of a {@code LargeBotQueue}
   */
  public static void open(Function<GatewayQueue, Buckets> bucketsOf) {
    ofLargeBotQueue = bucketsOf;
  }

  /**
   * Returns the engine of a queue.
   *
   * @param largeBotQueue the queue
   * @return its buckets
   */
  public static Buckets bucketsOf(GatewayQueue largeBotQueue) {
    return requireNonNull(ofLargeBotQueue).apply(largeBotQueue);
  }
}
