package io.github.gatewayqueue.kord

import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.SessionStart
import java.util.concurrent.Executor
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.runInterruptible

/** A virtual thread for each request: any number may wait, and for hours. */
private val waiting =
    Executor { Thread.ofVirtual().name("gateway-queue-kord").start(it) }.asCoroutineDispatcher()

/**
 * Suspends until shard [id] of [total] may start a session, and holds its bucket from then on, as
 * [GatewayQueue.acquire] does. The request blocks a virtual thread of its own, and none of the
 * caller's dispatcher.
 *
 * When the coroutine is cancelled, the request leaves the line. If it was released at that very
 * moment, the start is [cancelled][SessionStart.cancel]: nothing is lost.
 *
 * @param id the shard's id, from 0 to `total - 1`
 * @param total how many shards the bot runs, at least 1
 * @return the start; to be closed, best by `use`
 * @throws IllegalArgumentException if [total] or [id] is out of its range
 * @throws IllegalStateException if the queue is closed
 * @throws io.github.gatewayqueue.GatewayQueueException if this request can never be released, or
 * the queue is closed while it waits
 */
public suspend fun GatewayQueue.acquireSuspending(id: Int, total: Int): SessionStart {
    var released: SessionStart? = null
    try {
        return runInterruptible(waiting) {
            acquire(id.toLong(), total.toLong()).also { released = it }
        }
    } catch (failure: Throwable) {
        released?.cancel() // the coroutine was cancelled while it was on its way back
        throw failure
    }
}

/**
 * Suspends until shard [id] of [total] may start a session, as [GatewayQueue.request] blocks. The
 * interval counts from the return.
 *
 * When the coroutine is cancelled, the request leaves the line. If it was released at that very
 * moment, the start is given back.
 *
 * @param id the shard's id, from 0 to `total - 1`
 * @param total how many shards the bot runs, at least 1
 * @throws IllegalArgumentException if [total] or [id] is out of its range
 * @throws IllegalStateException if the queue is closed
 * @throws io.github.gatewayqueue.GatewayQueueException if this request can never be released, or
 * the queue is closed while it waits
 */
public suspend fun GatewayQueue.requestSuspending(id: Int, total: Int) {
    acquireSuspending(id, total).close()
}
