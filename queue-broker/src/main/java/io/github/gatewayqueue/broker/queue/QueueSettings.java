package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The checked settings of a broker's queue. */
public record QueueSettings(
    Duration interval,
    Duration startDelay,
    @Nullable String discordToken,
    URI discordApi,
    int reserve,
    WhenExhausted whenExhausted,
    Brake brake,
    @Nullable Path record,
    @Nullable URI redis,
    String redisNamespace) {

  /** Without the token, and the password that the Redis may have. */
  @Override
  public String toString() {
    return "QueueSettings[interval=" + interval + ", startDelay=" + startDelay + "]";
  }
}
