/**
 * The queue for a bot whose processes run on several machines, kept in a Redis or Valkey. Start
 * with {@link io.github.gatewayqueue.redis.RedisQueue}. {@code StoreWorker} is the one thread that
 * talks to the store, {@code LocalTickets} decides what it says, and {@code Store} runs the script
 * {@code queue.lua}, which decides everything between processes. The protocol is on the page {@code
 * docs/redis-protocol.md}.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.redis;

import org.jspecify.annotations.NullMarked;
