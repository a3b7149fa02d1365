import org.jspecify.annotations.NullMarked;

/**
 * Tests that see the project as another module does. It requires each published module that nothing
 * else brings in; what those bring in for their users is not required again, which is a test, too.
 */
// "requires-automatic": Awaitility has no descriptor, and these tests are not published
@SuppressWarnings("requires-automatic")
@NullMarked
open module io.github.gatewayqueue.tests {
  requires awaitility;
  requires io.github.gatewayqueue.broker;
  requires io.github.gatewayqueue.discord4j;
  requires io.github.gatewayqueue.discord;
  requires io.github.gatewayqueue.fakediscord;
  requires io.github.gatewayqueue.http;
  requires io.github.gatewayqueue.jda;
  requires io.github.gatewayqueue.kord;
  requires io.github.gatewayqueue.local;
  requires io.github.gatewayqueue.micrometer;
  requires io.github.gatewayqueue.redis;
  requires io.github.gatewayqueue.testkit;
  requires java.xml;
  requires jdk.compiler;
  requires net.dv8tion.jda;
  requires org.commonmark.ext.gfm.tables;
  requires org.commonmark.ext.heading.anchor;
  requires org.commonmark;
  requires org.junit.jupiter.api;
  requires org.junit.jupiter.params;
  requires org.snakeyaml.engine;
}
