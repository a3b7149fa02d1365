import org.jspecify.annotations.NullMarked;

/** A bot on JDA whose shards wait in a queue. */
@NullMarked
// JDA has a name as a module, but no descriptor.
@SuppressWarnings("requires-automatic")
module io.github.gatewayqueue.examples.jda {
  requires io.github.gatewayqueue.discord;
  requires io.github.gatewayqueue.fakediscord;
  requires io.github.gatewayqueue.jda;
  requires io.github.gatewayqueue.large;
  requires net.dv8tion.jda;
  requires static org.jspecify;
}
