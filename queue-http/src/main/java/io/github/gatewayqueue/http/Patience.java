package io.github.gatewayqueue.http;

import java.time.Duration;

/**
 * How long a client waits for what.
 *
 * @param backoff before it asks again
 * @param margin how old a release may be
 * @param silence how long an answer that has begun may stand still
 */
record Patience(Backoff backoff, Duration margin, Duration silence) {}
