/** The queue that is kept in a Redis or Valkey. */
@NullMarked
package io.github.gatewayqueue.redis;

import org.jspecify.annotations.NullMarked;
