/**
 * The queue that is kept in a Redis or Valkey.
 *
 * <p>Unless a method says otherwise, a null argument is refused with a {@link
 * java.lang.NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.redis;

import org.jspecify.annotations.NullMarked;
