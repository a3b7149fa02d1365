/**
 * The one implementation of lines, pacing and waiting, for all queues that keep their lines in this
 * process. Start with {@link io.github.gatewayqueue.local.engine.Buckets}, which has the locks, the
 * clock and the threads. {@code Line} decides which request is released and when, and {@code Hold}
 * what a start that is held means for the next one.
 */
@NullMarked
package io.github.gatewayqueue.local.engine;

import org.jspecify.annotations.NullMarked;
