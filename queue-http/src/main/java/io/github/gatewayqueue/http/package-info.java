/**
 * The client of a broker, for a bot that runs in several processes: {@link
 * io.github.gatewayqueue.http.HttpQueue}.
 */
@NullMarked
package io.github.gatewayqueue.http;

import org.jspecify.annotations.NullMarked;
