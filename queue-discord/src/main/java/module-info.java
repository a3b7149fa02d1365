import org.jspecify.annotations.NullMarked;

/**
 * Reads the session start limit of a bot from Discord's REST API, for a queue that has to keep
 * within it: {@link io.github.gatewayqueue.discord.DiscordSessionStartLimitSource}.
 *
 * {@snippet :
 * SessionStartLimitSource limits = DiscordSessionStartLimitSource.builder(token).build();
 * GatewayQueue queue = LargeBotQueue.builder(limits).build(); // of io.github.gatewayqueue.large
 * }
 */
@NullMarked
module io.github.gatewayqueue.discord {
  requires transitive io.github.gatewayqueue;
  requires transitive java.net.http;
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports io.github.gatewayqueue.discord;
}
