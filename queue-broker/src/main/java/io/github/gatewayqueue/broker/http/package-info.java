/**
 * What is said over HTTP: the port, the paths, the token, the forms of answers and the page for
 * operators. Start with {@link io.github.gatewayqueue.broker.http.BrokerServer}, which has the
 * port, and {@link io.github.gatewayqueue.broker.http.Router}, which knows the paths.
 */
@NullMarked
package io.github.gatewayqueue.broker.http;

import org.jspecify.annotations.NullMarked;
