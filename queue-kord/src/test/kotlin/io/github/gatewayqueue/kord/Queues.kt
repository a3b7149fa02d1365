package io.github.gatewayqueue.kord

import io.github.gatewayqueue.Brake
import io.github.gatewayqueue.SessionStartLimit
import io.github.gatewayqueue.large.LargeBotQueue
import java.time.Duration

internal const val STARTS = 100_000

/** A queue whose holds run out after a day, and whose budget is as good as endless. */
internal fun queue(
    interval: Duration,
    buckets: Int = 1,
    holdTimeout: Duration = Duration.ofDays(1),
): LargeBotQueue {
    val limit = SessionStartLimit(STARTS, STARTS, Duration.ofDays(1), buckets)
    return LargeBotQueue.builder { limit }
        .initialLimit(limit)
        .interval(interval)
        .holdTimeout(holdTimeout)
        .brake(Brake.OFF)
        .build()
}

/** A queue that waits for holds alone. */
internal fun quickQueue() = queue(Duration.ofNanos(1))
