/**
 * What the project's own modules share and no other module sees: it may change with every version.
 * Start with {@link io.github.gatewayqueue.internal.RequestReport}, which reports a request to the
 * log and the flight recorder; {@link io.github.gatewayqueue.internal.SafeLogger} is the logger of
 * most modules, {@link io.github.gatewayqueue.internal.Backoff} and {@link
 * io.github.gatewayqueue.internal.RetryAfter} say how long to wait after a failure.
 */
@NullMarked
package io.github.gatewayqueue.internal;

import org.jspecify.annotations.NullMarked;
