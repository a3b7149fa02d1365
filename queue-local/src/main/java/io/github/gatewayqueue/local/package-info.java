/**
 * The queue for a bot that runs in one process: {@link io.github.gatewayqueue.local.LocalQueue}.
 */
@NullMarked
package io.github.gatewayqueue.local;

import org.jspecify.annotations.NullMarked;
