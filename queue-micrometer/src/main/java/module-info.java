import org.jspecify.annotations.NullMarked;

/**
 * {@link io.github.gatewayqueue.micrometer.MeteredQueue}: any gateway queue, measured by
 * Micrometer.
 *
 * {@snippet :
 * MeteredQueue queue = new MeteredQueue(new LocalQueue());
 * queue.bindTo(registry);
 * }
 */
// Micrometer has a name as a module, but no descriptor.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
@NullMarked
module io.github.gatewayqueue.micrometer {
  requires transitive io.github.gatewayqueue;
  requires transitive micrometer.core;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue.micrometer;
}
