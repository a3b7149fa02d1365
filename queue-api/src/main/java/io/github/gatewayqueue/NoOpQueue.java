package io.github.gatewayqueue;

/** Releases every request at once. */
enum NoOpQueue implements GatewayQueue {
  INSTANCE;

  @Override
  public void request(long id, long total) throws InterruptedException {
    if (total < 1) {
      throw new IllegalArgumentException("total is " + total + ", expected at least 1");
    }
    if (id < 0 || id >= total) {
      throw new IllegalArgumentException(
          "shard id is " + id + " of total " + total + ", expected 0 to " + (total - 1));
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public String toString() {
    return "NoOpQueue";
  }
}
