import org.jspecify.annotations.NullMarked;

/**
 * {@link io.github.gatewayqueue.jda.QueueSessionController}: has the shards of a JDA bot wait in
 * any gateway queue.
 *
 * {@snippet :
 * DefaultShardManagerBuilder bot =
 *     DefaultShardManagerBuilder.createLight(token)
 *         .setSessionController(new QueueSessionController(queue));
 * }
 */
// JDA has a name as a module, but no descriptor.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
@NullMarked
module io.github.gatewayqueue.jda {
  requires transitive io.github.gatewayqueue;
  requires transitive net.dv8tion.jda;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue.jda;
}
