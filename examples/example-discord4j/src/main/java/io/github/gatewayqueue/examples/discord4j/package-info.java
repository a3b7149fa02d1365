/** A bot that is written with Discord4J, released by a {@code LargeBotQueue}. */
@NullMarked
package io.github.gatewayqueue.examples.discord4j;

import org.jspecify.annotations.NullMarked;
