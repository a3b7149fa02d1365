package io.github.gatewayqueue.kord

import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.SessionStart
import io.github.gatewayqueue.large.LargeBotQueue
import io.github.gatewayqueue.testkit.GatewayQueueContract
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicReference
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch

/** What a queue promises is kept by the functions that suspend, with cancellation as interrupt. */
internal class SuspendingContractTest : GatewayQueueContract() {
    private class Suspending(val queue: LargeBotQueue) : GatewayQueue {
        override fun request(id: Long, total: Long) =
            if (areInts(id, total)) block { queue.requestSuspending(id.toInt(), total.toInt()) }
            else queue.request(id, total)

        override fun acquire(id: Long, total: Long): SessionStart =
            if (areInts(id, total)) block { queue.acquireSuspending(id.toInt(), total.toInt()) }
            else queue.acquire(id, total)

        private fun areInts(vararg values: Long) = values.all { it == it.toInt().toLong() }

        /** An interrupt cancels the coroutine, and waits for its end: it may be too late for it. */
        private fun <T> block(action: suspend () -> T): T {
            if (Thread.interrupted()) throw InterruptedException()
            val result = AtomicReference<Result<T>>()
            val ended = CountDownLatch(1)
            val job =
                CoroutineScope(Dispatchers.Unconfined).launch {
                    result.set(runCatching { action() })
                    ended.countDown()
                }
            try {
                ended.await()
            } catch (interrupt: InterruptedException) {
                job.cancel()
                ended.await()
                if (result.get().isFailure) throw interrupt
                Thread.currentThread().interrupt()
            }
            return result.get().getOrThrow()
        }
    }

    override fun createQueue(interval: Duration): GatewayQueue = Suspending(queue(interval))

    override fun createQueue(interval: Duration, holdTimeout: Duration): GatewayQueue =
        Suspending(queue(interval, holdTimeout = holdTimeout))

    override fun waiting(queue: GatewayQueue): Int = (queue as Suspending).queue.waiting()
}
