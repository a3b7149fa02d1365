/** A bot that knows only what the README's "Get it" has put into the local repository. */
module com.example.bot {
  requires io.github.gatewayqueue.local;
}
