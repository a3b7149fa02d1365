/**
 * What is said over HTTP: the port, the paths and who may ask for them, the forms of answers, the
 * page for operators. Start with {@link io.github.gatewayqueue.broker.http.BrokerServer}, which has
 * the port, and {@link io.github.gatewayqueue.broker.http.Router}, which knows the paths.
 */
@NullMarked
package io.github.gatewayqueue.broker.http;

import org.jspecify.annotations.NullMarked;
