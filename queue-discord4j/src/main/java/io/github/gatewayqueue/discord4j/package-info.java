/** The queues for bots that are written with Discord4J. */
@NullMarked
package io.github.gatewayqueue.discord4j;

import org.jspecify.annotations.NullMarked;
