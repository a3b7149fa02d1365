/**
 * The queue for large bots: one line per bucket, and the daily budget of session starts. Start with
 * {@link io.github.gatewayqueue.large.LargeBotQueue}. {@code Budget} decides whether a start is
 * left, {@code LimitReader} reads the limit, {@code ShardBrake} delays a shard that starts again
 * and again, and {@code StartRecord} is the file from which the next process learns of the starts
 * of this one. The lines are those of the engine in {@code queue-local}.
 *
 * <p>Unless said otherwise, a null argument is refused with a {@link NullPointerException}.
 */
@NullMarked
package io.github.gatewayqueue.large;

import org.jspecify.annotations.NullMarked;
