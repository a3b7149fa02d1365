/**
 * The queue of a broker: in its own memory, with one bucket or with those of Discord, or in a
 * Redis. Start with {@link io.github.gatewayqueue.broker.queue.BrokerQueue}. What all packages use,
 * such as the version, is here as well.
 */
@NullMarked
package io.github.gatewayqueue.broker.queue;

import org.jspecify.annotations.NullMarked;
