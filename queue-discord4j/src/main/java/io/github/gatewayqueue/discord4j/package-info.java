/**
 * A shard coordinator for Discord4J whose shards ask a gateway queue.
 *
 * <p>Unless a method says otherwise, a null argument is refused with a {@link
 * NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.discord4j;

import org.jspecify.annotations.NullMarked;
