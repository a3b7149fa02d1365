import org.jspecify.annotations.NullMarked;

/**
 * The contract of a {@link io.github.gatewayqueue.GatewayQueue} as JUnit tests, for authors of one:
 * extend {@link io.github.gatewayqueue.testkit.GatewayQueueContract}.
 *
 * {@snippet :
 * class MyQueueTest extends GatewayQueueContract {
 *   @Override
 *   protected GatewayQueue createQueue(Duration interval) {
 *     return new MyQueue(interval);
 *   }
 *
 *   @Override
 *   protected int waiting(GatewayQueue queue) {
 *     return ((MyQueue) queue).waiting();
 *   }
 * }
 * }
 */
@NullMarked
module io.github.gatewayqueue.testkit {
  requires transitive io.github.gatewayqueue;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue.testkit;

  // The tests are package-private, so that nobody overrides one; JUnit calls them by reflection.
  opens io.github.gatewayqueue.testkit to
      org.junit.platform.commons;
}
