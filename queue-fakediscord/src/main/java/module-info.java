import org.jspecify.annotations.NullMarked;

/**
 * A Discord on loopback that enforces the rules for starting sessions and keeps the score, for
 * tests and for trying a bot without risking its token: {@link
 * io.github.gatewayqueue.fakediscord.FakeDiscord}.
 *
 * {@snippet :
 * try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(16).start()) {
 *   startBot(FakeDiscord.DEFAULT_TOKEN, discord.restUri(), discord.gatewayUri());
 *   System.out.println(discord.score());
 * }
 * }
 */
@NullMarked
module io.github.gatewayqueue.fakediscord {
  // Vert.x's JSON rests on it, but Vert.x declares it as optional: without this it is not resolved.
  requires com.fasterxml.jackson.core;
  // Only for javac: the annotations on Vert.x's own classes.
  requires static io.vertx.codegen.api;
  requires static io.vertx.codegen.json;
  // To lose a connection without a word.
  requires io.netty.transport;
  requires io.vertx.core;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue.fakediscord;
}
