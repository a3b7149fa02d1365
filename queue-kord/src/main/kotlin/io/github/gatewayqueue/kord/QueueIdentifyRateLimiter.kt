package io.github.gatewayqueue.kord

import dev.kord.gateway.Close
import dev.kord.gateway.Event
import dev.kord.gateway.Hello
import dev.kord.gateway.InvalidSession
import dev.kord.gateway.Ready
import dev.kord.gateway.Resumed
import dev.kord.gateway.ratelimit.IdentifyRateLimiter
import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.SessionStart
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/**
 * Makes the shards of a Kord bot ask a [GatewayQueue] before they identify. Share one between all
 * gateways of a process, and the queue between all processes.
 *
 * With Kord, a shard asks before it connects. Its bucket is then held until Discord has answered
 * the IDENTIFY with READY or op 9, so a late HELLO does not bring two IDENTIFYs too close together.
 * A RESUME does not ask. The limiter has a virtual thread for each bucket in which a shard waits,
 * logs nothing, and needs no closing. It is safe for use by many threads.
 *
 * **Ordering.** The shards of a bucket, which is `shardId % maxConcurrency`, ask the queue one at a
 * time, in the order in which they called [consume]. Buckets do not wait for one another.
 *
 * **Cancellation.** When the coroutine of a waiting shard is cancelled, its request leaves the line.
 * If it is released at that moment, the start is given back.
 *
 * **Failure.** [consume] throws what the queue throws. Kord logs it and tries again, as its
 * `reconnectRetry` says.
 *
 * @param queue the queue that all shards ask
 * @param total how many shards the bot runs in all its processes, at least 1: Kord does not pass it
 * @param maxConcurrency Discord's `max_concurrency`, the number of buckets, at least 1
 * @throws IllegalArgumentException if [total] or [maxConcurrency] is less than 1
 */
public class QueueIdentifyRateLimiter(
    private val queue: GatewayQueue,
    private val total: Int,
    override val maxConcurrency: Int,
) : IdentifyRateLimiter {
    /*
     * What Kord tells. HELLO, upon which it identifies, but not when IDENTIFY goes out: its limiter
     * of all that it sends may put it off for a minute. So nothing is said before the answer.
     * Nothing at all is told of a connection that fails, or that is lost without a close code: then
     * the same gateway consumes again, which ends the start before. Without HELLO there was no
     * IDENTIFY, and the start is cancelled; after it there may have been, and it is closed.
     *
     * Unconfined: an event is handled before Kord continues after emitting it. So a gateway
     * that consumes again finds that HELLO was noted. Reports to a start do not block.
     *
     * A coroutine that consumed and then fails or is cancelled connects no more. One that ends well
     * says nothing: it may have been a part of what goes on to connect.
     */

    private val buckets: List<Mutex>
    private val watches = ConcurrentHashMap<SharedFlow<Event>, Job>()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Unconfined)

    init {
        require(total >= 1) { "total is $total, expected at least 1" }
        require(maxConcurrency >= 1) { "maxConcurrency is $maxConcurrency, expected at least 1" }
        buckets = List(minOf(maxConcurrency, total)) { Mutex() }
    }

    /**
     * Suspends until the queue has released the shard, and then holds its bucket until [events]
     * show what became of it. Kord calls this.
     *
     * @param shardId the shard, from 0 to `total - 1`
     * @param events the events of its gateway from then on
     * @throws IllegalArgumentException if [shardId] is out of its range
     */
    override suspend fun consume(shardId: Int, events: SharedFlow<Event>) {
        require(shardId in 0..<total) { "shardId is $shardId, expected 0 to ${total - 1}" }
        watches.remove(events)?.cancel()
        val start =
            buckets[shardId % maxConcurrency].withLock { queue.acquireSuspending(shardId, total) }
        // Undispatched: it is subscribed before Kord connects.
        val watch = scope.launch(start = CoroutineStart.UNDISPATCHED) { watch(start, events) }
        watches[events] = watch
        val caller = currentCoroutineContext().job
        val end = caller.invokeOnCompletion { failure -> if (failure != null) watch.cancel() }
        watch.invokeOnCompletion {
            end.dispose()
            watches.remove(events, watch)
        }
    }

    /** Tells the queue how a start is over; what is said after that changes nothing. */
    private suspend fun watch(start: SessionStart, events: SharedFlow<Event>) {
        var hello = false
        try {
            events.first { event ->
                when (event) {
                    is Hello -> false.also { hello = true }
                    is Ready, is InvalidSession -> true.also { start.answered() }
                    // Kord resumes after all: it noticed late that the connection before had READY.
                    is Resumed -> true.also { start.cancel() }
                    is Close.DiscordClose -> true.also { if (hello) start.answered() }
                    // Kord says so before it stops sending.
                    is Close.UserClose -> true.also { start.close() }
                    is Close.Timeout, is Close.Detach -> true
                    is Close -> hello // else it is about the connection before
                    else -> false
                }
            }
        } catch (failure: Throwable) {
            if (failure !is CancellationException) start.close()
            throw failure
        } finally {
            if (hello) start.close() else start.cancel()
        }
    }

    /** Returns what it asks, for people to read. */
    override fun toString(): String =
        "QueueIdentifyRateLimiter[total=$total, maxConcurrency=$maxConcurrency, queue=$queue]"
}
