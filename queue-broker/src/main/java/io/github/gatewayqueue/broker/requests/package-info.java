/**
 * The requests for session starts, whatever form their clients use: the requests that wait, the
 * starts that clients hold, and what is known of both afterwards. Start with {@link
 * io.github.gatewayqueue.broker.requests.Requests}.
 */
@NullMarked
package io.github.gatewayqueue.broker.requests;

import org.jspecify.annotations.NullMarked;
