/**
 * What every queue for session starts has in common: {@link io.github.gatewayqueue.GatewayQueue}
 * and Discord's {@linkplain io.github.gatewayqueue.SessionStartLimit session start limit}.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue;

import org.jspecify.annotations.NullMarked;
