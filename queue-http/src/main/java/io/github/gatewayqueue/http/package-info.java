/**
 * The queue for a bot that runs in several processes, which all ask one broker: {@link
 * io.github.gatewayqueue.http.HttpQueue}.
 *
 * <p>Unless a method says otherwise, a null argument is refused with a {@link
 * NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.http;

import org.jspecify.annotations.NullMarked;
