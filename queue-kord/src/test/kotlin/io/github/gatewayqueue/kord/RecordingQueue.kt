package io.github.gatewayqueue.kord

import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.SessionStart
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger

/** A queue, which shards it has released, and what was said of each start first. */
internal class RecordingQueue(private val queue: GatewayQueue) : GatewayQueue {
    val released = CopyOnWriteArrayList<Int>()
    val said = CopyOnWriteArrayList<String>()

    /** Starts of which nobody has said anything yet. */
    val open = AtomicInteger()

    override fun request(id: Long, total: Long) = throw AssertionError("nobody asks for less")

    override fun acquire(id: Long, total: Long): SessionStart {
        val start = queue.acquire(id, total)
        open.incrementAndGet()
        released.add(id.toInt())
        return Recorded(id, start)
    }

    private inner class Recorded(private val id: Long, private val start: SessionStart) :
        SessionStart {
        private val over = AtomicBoolean()

        private fun say(word: String) {
            if (over.compareAndSet(false, true)) {
                said.add("$id $word")
                open.decrementAndGet()
            }
        }

        override fun identified() = throw AssertionError("Kord does not tell")

        override fun answered() {
            say("answered")
            start.answered()
        }

        override fun cancel() {
            say("cancelled")
            start.cancel()
        }

        override fun close() {
            say("closed")
            start.close()
        }

        override fun isExpired() = start.isExpired
    }
}
