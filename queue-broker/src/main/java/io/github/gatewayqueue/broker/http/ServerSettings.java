package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.queue.QueueSettings;
import io.github.gatewayqueue.broker.requests.BrokerTiming;
import org.jspecify.annotations.Nullable;

/**
 * The checked settings of a broker's server.
 *
 * @param loopback whether no other machine can reach the host
 * @param closesOnRefusal whether plain clients are hung up on instead of refused
 * @param token the token that clients must send, or null if none is required
 * @param name what the dashboard calls the broker, or null
 */
public record ServerSettings(
    String host,
    boolean loopback,
    int port,
    int maxWaiting,
    boolean closesOnRefusal,
    @Nullable String token,
    @Nullable String name,
    BrokerTiming pace,
    QueueSettings queue) {

  /** Without the token. */
  @Override
  public String toString() {
    return "Settings[host=" + host + ", port=" + port + ", queue=" + queue + "]";
  }
}
