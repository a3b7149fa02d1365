/**
 * The queue for a bot that runs in several processes, which all ask one broker. Start with {@link
 * io.github.gatewayqueue.http.HttpQueue}. {@code ShardRequest} is one request until it is released,
 * {@code Attempt} one time that the broker is asked for it, and {@code HeldStart} the start that
 * the broker then holds.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.http;

import org.jspecify.annotations.NullMarked;
