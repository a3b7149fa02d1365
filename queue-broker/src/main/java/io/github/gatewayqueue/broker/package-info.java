/**
 * The broker, which the program {@code gateway-queue} runs and others may run within their own.
 * Start with {@link io.github.gatewayqueue.broker.Broker}, which puts together what the packages
 * below have: {@code http} speaks HTTP, {@code connections} counts and closes connections, {@code
 * requests} has the requests and the starts that clients hold, {@code queue} has the queue, and
 * {@code cli} is the program.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
// Imports go one way only: cli → broker → http → connections and requests → queue.
@NullMarked
package io.github.gatewayqueue.broker;

import org.jspecify.annotations.NullMarked;
