/**
 * The one implementation of lines, pacing and waiting, for the project's own queues. {@link
 * io.github.gatewayqueue.local.engine.Buckets} is where to start reading.
 */
@NullMarked
package io.github.gatewayqueue.local.engine;

import org.jspecify.annotations.NullMarked;
