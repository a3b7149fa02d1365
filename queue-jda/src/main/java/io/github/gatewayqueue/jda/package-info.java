/**
 * A session controller for JDA whose shards wait in a gateway queue.
 *
 * <p>Unless a method says otherwise, a null argument is refused with a {@link
 * NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.jda;

import org.jspecify.annotations.NullMarked;
