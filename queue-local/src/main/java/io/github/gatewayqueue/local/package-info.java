/**
 * The queue for a bot that runs in one process: {@link io.github.gatewayqueue.local.LocalQueue}.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.local;

import org.jspecify.annotations.NullMarked;
