package io.github.gatewayqueue.broker.connections;

import static java.util.Objects.requireNonNull;

import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** All connections of the port. Used by the event loop alone. */
public final class Connections {
  private final ConnectionLimit limit;
  private final Map<HttpConnection, Connection> known = new HashMap<>();

  /** Those that have had their answer, and have sent nothing since; the one idle longest first. */
  private final SequencedSet<Connection> idle = new LinkedHashSet<>();

  /** What is being read, null if nothing is. */
  private @Nullable Connection reading;

  public Connections(ConnectionLimit limit) {
    this.limit = limit;
  }

  /**
   * Returns the connection that Vert.x calls so; to be called when its first request is handled.
   */
  public Connection of(HttpConnection http) {
    Connection connection = known.get(http);
    if (connection == null) { // a first request is handled while it is read
      connection = requireNonNull(reading);
      known.put(http, connection);
      http.closeHandler(closed -> known.remove(http));
    }
    return connection;
  }

  /** Returns whether none must be kept that is not needed. */
  public boolean areNearlyTooMany() {
    return limit.isNearlyReached();
  }

  /** Makes room for another one. */
  void opened() {
    if (areNearlyTooMany() && !idle.isEmpty()) {
      idle.removeFirst().cutOff();
    }
  }

  void reading(@Nullable Connection connection) {
    reading = connection;
  }

  void becomeIdle(Connection connection) {
    idle.add(connection);
  }

  /** Returns whether it was idle. */
  boolean leaveIdle(Connection connection) {
    return idle.remove(connection);
  }
}
