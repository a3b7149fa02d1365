package io.github.gatewayqueue.http;

import io.github.gatewayqueue.internal.Backoff;
import java.time.Duration;

/**
 * The times that a client waits.
 *
 * @param backoff before it asks again
 * @param margin how old a release may be
 * @param silence how long an answer that has begun may stand still
 * @param heldSilence the same of one whose start is held
 */
record Timeouts(Backoff backoff, Duration margin, Duration silence, Duration heldSilence) {}
