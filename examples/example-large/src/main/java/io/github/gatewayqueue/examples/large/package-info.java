/** Shards on virtual threads with a WebSocket each, released by a {@code LargeBotQueue}. */
@NullMarked
package io.github.gatewayqueue.examples.large;

import org.jspecify.annotations.NullMarked;
