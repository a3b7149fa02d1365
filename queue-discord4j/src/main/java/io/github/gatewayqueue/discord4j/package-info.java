/**
 * Has the shards of a Discord4J bot wait in a gateway queue. Start with {@link
 * io.github.gatewayqueue.discord4j.QueueShardCoordinator}. {@code ShardConnection} is one
 * connection of a shard.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.discord4j;

import org.jspecify.annotations.NullMarked;
