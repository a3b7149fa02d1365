/** A bot on JDA whose shards ask a {@code LargeBotQueue} before they connect. */
@NullMarked
package io.github.gatewayqueue.examples.jda;

import org.jspecify.annotations.NullMarked;
