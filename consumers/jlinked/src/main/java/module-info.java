/** A bot that is linked with its Java. */
module com.example.bot {
  requires io.github.gatewayqueue.discord;
  requires io.github.gatewayqueue.http;
  requires io.github.gatewayqueue.large;
}
