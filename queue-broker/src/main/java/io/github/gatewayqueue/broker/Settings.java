package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a broker was told to be, checked.
 *
 * @param loopback whether no other machine can reach the host
 */
record Settings(
    String host,
    boolean loopback,
    int port,
    Duration interval,
    Duration startDelay,
    int maxWaiting,
    Broker.OnRefusal onRefusal,
    @Nullable String token,
    @Nullable String discordToken,
    URI discordApi,
    int reserve,
    WhenExhausted whenExhausted,
    @Nullable URI redis,
    String redisNamespace,
    @Nullable String name,
    Pace pace) {

  /** Without the tokens. */
  @Override
  public String toString() {
    return "Settings[host=" + host + ", port=" + port + ", interval=" + interval + "]";
  }
}
