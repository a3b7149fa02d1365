/**
 * The broker: {@link io.github.gatewayqueue.broker.Main} is the program, {@link
 * io.github.gatewayqueue.broker.Broker} the same within another one.
 */
@NullMarked
package io.github.gatewayqueue.broker;

import org.jspecify.annotations.NullMarked;
