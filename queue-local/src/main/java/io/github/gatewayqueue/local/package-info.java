/**
 * The queue for a bot that runs in one process and has one bucket. Start with {@link
 * io.github.gatewayqueue.local.LocalQueue}; the engine in the package below does its work.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.local;

import org.jspecify.annotations.NullMarked;
