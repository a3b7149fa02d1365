package io.github.gatewayqueue.redis;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;

/**
 * The connection that receives notifications. Another thread can close it: an interrupt does not
 * end a read of a platform thread.
 */
final class NotificationConnection implements AutoCloseable {
  private @Nullable Connection connection;
  private boolean cut;

  /**
   * Begins to use a connection.
   *
   * @return false if it is not to be used any more
   */
  synchronized boolean open(Connection connection) {
    this.connection = connection;
    return !cut;
  }

  /** Makes a thread that reads from the connection, or is about to, find that it is lost. */
  synchronized void cut() {
    cut = true;
    Connection used = connection;
    if (used != null) {
      try {
        used.forceDisconnect();
      } catch (IOException e) {
        // it is gone in any case
      }
    }
  }

  /** The connection is not used for them any more. */
  @Override
  public synchronized void close() {
    connection = null;
  }
}
