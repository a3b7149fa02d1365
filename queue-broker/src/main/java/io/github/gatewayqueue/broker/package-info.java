/**
 * The broker: {@link io.github.gatewayqueue.broker.Main} is the program, {@link
 * io.github.gatewayqueue.broker.Broker} the same within another one.
 *
 * <p>Unless a method says otherwise, a null argument is refused with a {@link
 * java.lang.NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.broker;

import org.jspecify.annotations.NullMarked;
