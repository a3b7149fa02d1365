/**
 * Has the shards of a JDA bot wait in a gateway queue. Start with {@link
 * io.github.gatewayqueue.jda.QueueSessionController}. {@code Turn} is the thread of one shard, from
 * its request until it has connected.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.jda;

import org.jspecify.annotations.NullMarked;
