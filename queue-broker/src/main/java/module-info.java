import org.jspecify.annotations.NullMarked;

/**
 * The broker: one queue for all processes of a bot, in any language, over HTTP. Run as a program
 * ({@code gateway-queue}), or within another one ({@link io.github.gatewayqueue.broker.Broker}).
 *
 * {@snippet :
 * try (Broker broker = Broker.builder().discordToken(token).start()) {
 *   System.out.println("listening on " + broker.uri());
 *   awaitTheEnd();
 * }
 * }
 */
// "requires-automatic": Prometheus's jars have a name as modules, but no descriptor yet.
@SuppressWarnings("requires-automatic")
@NullMarked
module io.github.gatewayqueue.broker {
  requires info.picocli;
  requires io.github.gatewayqueue.discord;
  requires io.github.gatewayqueue.local;
  requires io.github.gatewayqueue.redis;
  requires transitive io.github.gatewayqueue.large;
  // For why a request could not be decoded, and to notice each client that hangs up.
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.transport;
  // Only for javac: the annotations on Vert.x's own classes.
  requires static io.vertx.codegen.api;
  requires static io.vertx.codegen.json;
  requires io.prometheus.metrics.core;
  requires io.prometheus.metrics.instrumentation.jvm;
  requires io.prometheus.metrics.model;
  requires io.prometheus.writer.text;
  requires io.vertx.core;
  // To find out whether a client is still there.
  requires jdk.net;
  // How many files, and so connections, may be open.
  requires jdk.management;
  // The program sets up the format of the log; the rest logs through System.Logger.
  requires java.logging;
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports io.github.gatewayqueue.broker;
}
