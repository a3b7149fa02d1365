/** Shards on virtual threads, released one after the other by a {@code LocalQueue}. */
@NullMarked
package io.github.gatewayqueue.examples.local;

import org.jspecify.annotations.NullMarked;
