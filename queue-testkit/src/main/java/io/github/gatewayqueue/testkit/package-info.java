/**
 * Tests that a queue for session starts has to pass: {@link
 * io.github.gatewayqueue.testkit.GatewayQueueContract}, and {@link
 * io.github.gatewayqueue.testkit.CloseableGatewayQueueContract} if it can be closed.
 */
@NullMarked
package io.github.gatewayqueue.testkit;

import org.jspecify.annotations.NullMarked;
