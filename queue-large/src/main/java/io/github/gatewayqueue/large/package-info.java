/**
 * The queue for large bots: {@link io.github.gatewayqueue.large.LargeBotQueue} keeps one line per
 * bucket and the daily budget of session starts.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.large;

import org.jspecify.annotations.NullMarked;
