package io.github.gatewayqueue.benchmarks;

/** A whole bot, made but not started, whose shards are against a Discord on loopback. */
@FunctionalInterface
interface Bot extends AutoCloseable {
  /** Starts all shards; returns at once, or when they are up. */
  void start() throws Exception;

  /** Ends what would go on behind the end of this process. */
  @Override
  default void close() {}
}
