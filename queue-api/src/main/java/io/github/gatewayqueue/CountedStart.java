package io.github.gatewayqueue;

/** A start that counted from its release. It is over, so its methods have no effect. */
enum CountedStart implements SessionStart {
  INSTANCE;

  @Override
  public void identified() {}

  @Override
  public void answered() {}

  @Override
  public void cancel() {}

  @Override
  public boolean isExpired() {
    return false;
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "SessionStart[counted at its release]";
  }
}
