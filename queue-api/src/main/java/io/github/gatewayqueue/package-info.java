/**
 * What every queue for session starts has in common. Start with {@link
 * io.github.gatewayqueue.GatewayQueue}, which a shard asks, and {@link
 * io.github.gatewayqueue.SessionStart}, which it gets. {@link
 * io.github.gatewayqueue.SessionStartLimit} is Discord's daily budget, and {@link
 * io.github.gatewayqueue.QueueSnapshot} shows how a queue stands.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue;

import org.jspecify.annotations.NullMarked;
