import org.jspecify.annotations.NullMarked;

/** A bot on Kord whose shards wait in a queue. */
// Kord and Ktor have no descriptors, and of Kord's parts the module's name is that of the jar.
@SuppressWarnings("requires-automatic")
@NullMarked
module io.github.gatewayqueue.examples.kord {
  requires io.github.gatewayqueue.discord;
  requires io.github.gatewayqueue.fakediscord;
  requires io.github.gatewayqueue.kord;
  requires io.github.gatewayqueue.large;
  requires io.ktor.client.core;
  requires kord.core.jvm;
  requires kord.gateway.jvm;
  requires static org.jspecify;
}
