import org.jspecify.annotations.NullMarked;

/**
 * Tests that see the project as another module does. It requires each published module that nothing
 * else brings in; what those bring in for their users is not required again, which is a test, too.
 */
@NullMarked
open module io.github.gatewayqueue.tests {
  requires io.github.gatewayqueue.local;
  requires org.junit.jupiter.api;
  requires org.junit.jupiter.params;
}
