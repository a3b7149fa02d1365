/**
 * The connections beneath HTTP: how many there may be, and which are closed because their clients
 * are silent, or gone. Start with {@link io.github.gatewayqueue.broker.connections.Connections}.
 */
@NullMarked
package io.github.gatewayqueue.broker.connections;

import org.jspecify.annotations.NullMarked;
