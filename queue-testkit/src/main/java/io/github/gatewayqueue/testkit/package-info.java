/**
 * The contract of a queue for session starts, as tests. Start with {@link
 * io.github.gatewayqueue.testkit.GatewayQueueContract}, or {@link
 * io.github.gatewayqueue.testkit.CloseableGatewayQueueContract} for a queue that can be closed; the
 * test of a queue extends one of them. {@code QueueUnderTest} makes the requests.
 */
@NullMarked
package io.github.gatewayqueue.testkit;

import org.jspecify.annotations.NullMarked;
