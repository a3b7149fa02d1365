/**
 * The broker: {@link io.github.gatewayqueue.broker.Broker}, which the program {@code gateway-queue}
 * runs and others may run within their own. Start there; it puts together what the packages below
 * have.
 *
 * <p>Unless a method says otherwise, a null argument is refused with a {@link
 * java.lang.NullPointerException}.
 */
// Imports go one way only: cli → broker → http → connections and requests → queue.
@NullMarked
package io.github.gatewayqueue.broker;

import org.jspecify.annotations.NullMarked;
