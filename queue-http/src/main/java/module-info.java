import org.jspecify.annotations.NullMarked;

/**
 * The client of a broker, for a bot that runs in several processes: {@link
 * io.github.gatewayqueue.http.HttpQueue}.
 */
@NullMarked
module io.github.gatewayqueue.http {
  requires transitive io.github.gatewayqueue;
  requires transitive java.net.http;
  requires static transitive org.jspecify;
  requires jdk.jfr;
  requires tools.jackson.core;

  exports io.github.gatewayqueue.http;
}
