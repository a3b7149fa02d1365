import org.jspecify.annotations.NullMarked;

/** A bot of 32 shards that comes up against a Discord on loopback. */
@NullMarked
module io.github.gatewayqueue.examples.large {
  requires io.github.gatewayqueue.discord;
  requires io.github.gatewayqueue.fakediscord;
  requires io.github.gatewayqueue.large;
  requires java.net.http;
  requires static org.jspecify;
  requires tools.jackson.core;
}
