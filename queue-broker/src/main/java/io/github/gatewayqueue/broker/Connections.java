package io.github.gatewayqueue.broker;

import io.netty.channel.Channel;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The connections on which no request is under way, and until when that may be so. One that waits
 * for its answer is not in here, and has no timer: a sweep from time to time looks at the others.
 * Time goes by the event loop's own clock, so that nobody is blamed for what that has not got round
 * to reading. Used by the event loop alone.
 */
final class Connections {
  /** How long a client may take to send a request. */
  static final Duration MAX_INCOMPLETE = Duration.ofSeconds(10);

  /** How long a client may keep a connection for its next request. */
  static final Duration MAX_IDLE = Duration.ofSeconds(75);

  private final LoopClock clock;
  private final ConnectionLimit limit;
  private final Map<HttpConnection, Long> deadlines = new HashMap<>();
  private final Map<HttpConnection, Channel> channels = new HashMap<>();

  /** Those that have had their answer, and have sent nothing since; the one idle longest first. */
  private final SequencedMap<Channel, HttpConnection> idle = new LinkedHashMap<>();

  /** What is being read, null if nothing is. */
  private @Nullable Channel reading;

  Connections(long nowNanos, ConnectionLimit limit) {
    clock = new LoopClock(nowNanos);
    this.limit = limit;
  }

  void opened(HttpConnection connection) {
    deadlines.put(connection, clock.nanosAfter(MAX_INCOMPLETE));
    connection.closeHandler(closed -> {
      deadlines.remove(connection);
      idle.remove(channels.remove(connection));
    });
    if (areNearlyTooMany() && !idle.isEmpty()) {
      var unused = idle.pollFirstEntry().getValue().close();
    }
  }

  /** Whether none is to be kept that is not needed. */
  boolean areNearlyTooMany() {
    return limit.isNearlyReached();
  }

  /** Something is read: the first piece of the next request, if none is under way. */
  void readBegins(Channel channel) {
    reading = channel;
    HttpConnection connection = idle.remove(channel);
    if (connection != null) {
      deadlines.put(connection, clock.nanosAfter(MAX_INCOMPLETE));
    }
  }

  void readEnds() {
    reading = null;
  }

  /**
   * The headers of a request have come; its body is still to come. Those of a connection's first
   * request are handled while they are read: that is how its channel is known.
   */
  void begins(HttpConnection connection) {
    deadlines.put(connection, clock.nanosAfter(MAX_INCOMPLETE));
    if (reading != null) {
      channels.putIfAbsent(connection, reading);
    }
    idle.remove(channels.get(connection));
  }

  /** A request is complete, and will take its time. */
  void complete(HttpConnection connection) {
    deadlines.remove(connection);
  }

  void answered(HttpConnection connection) {
    deadlines.put(connection, clock.nanosAfter(MAX_IDLE));
    Channel channel = channels.get(connection);
    if (channel != null) {
      idle.put(channel, connection);
    }
  }

  /**
   * Closes a connection, past Vert.x: that sends before what is still to be sent, and waits without
   * an end for a client that does not read.
   */
  void cutOff(HttpConnection connection) {
    Channel channel = channels.get(connection);
    if (channel == null) { // nothing is to be sent yet
      var unused = connection.close();
    } else {
      var unused = channel.pipeline().firstContext().close();
    }
  }

  /** Closes those whose time is up; to be called every {@link LoopClock#TICK}. */
  void closeOverdue(long nowNanos) {
    clock.tick(nowNanos);
    Iterator<Map.Entry<HttpConnection, Long>> entries = deadlines.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<HttpConnection, Long> entry = entries.next();
      if (clock.isPast(entry.getValue())) {
        entries.remove();
        cutOff(entry.getKey());
      }
    }
  }
}
