/**
 * The metrics of a gateway queue in the bot's own process, for Micrometer.
 *
 * <p>Unless a method says otherwise, a null argument is refused with a {@link
 * NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.micrometer;

import org.jspecify.annotations.NullMarked;
