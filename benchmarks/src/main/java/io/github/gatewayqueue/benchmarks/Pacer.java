package io.github.gatewayqueue.benchmarks;

/** Something that lets its callers go one after the other, each through its own API. */
interface Pacer extends AutoCloseable {
  /**
   * Blocks until the shard may go.
   *
   * @throws InterruptedException if the thread was interrupted and the subject takes notice of it:
   *     the request is withdrawn, by the means that the subject has for that
   */
  void acquire(long shard) throws InterruptedException;

  /**
   * Has everybody who comes from now on wait. Takes the one start that there is; only for subjects
   * whose interval is longer than what follows.
   */
  default void holdUp() throws InterruptedException {
    acquire(0);
  }

  /** Changes the number of buckets. */
  default void setConcurrency(int buckets) {
    throw new UnsupportedOperationException("no buckets");
  }

  /** Returns how many are in line, or -1 if the subject does not tell. */
  default int waiting() {
    return -1;
  }

  @Override
  default void close() {}
}
