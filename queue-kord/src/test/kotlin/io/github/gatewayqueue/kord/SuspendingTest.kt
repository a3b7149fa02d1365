package io.github.gatewayqueue.kord

import io.github.gatewayqueue.local.LocalQueue
import io.github.gatewayqueue.testsupport.Await
import java.time.Duration
import java.util.concurrent.CyclicBarrier
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

internal class SuspendingTest {
    @Test
    fun acquire_nobodyInLine_isReleasedAndHeld() {
        runBlocking {
            val queue = LocalQueue(DAY)
            queue.acquireSuspending(0, 2).use { start ->
                assertFalse(start.isExpired)
                val second = async(Dispatchers.Default) { queue.acquireSuspending(1, 2) }
                Await.until { queue.waiting() == 1 }
                start.cancel()
                second.await().close()
            }
        }
    }

    @Test
    fun request_returned_isNotHeld() {
        runBlocking {
            val queue = RecordingQueue(quickQueue())
            queue.requestSuspending(0, 2)
            queue.requestSuspending(1, 2)
            assertEquals(listOf("0 closed", "1 closed"), queue.said)
        }
    }

    @Test
    fun acquire_cancelledWhileItWaits_leavesTheLine() {
        runBlocking {
            val queue = LocalQueue(DAY)
            queue.requestSuspending(0, 2)
            val waiting = launch(Dispatchers.Default) { queue.requestSuspending(1, 2) }
            Await.until { queue.waiting() == 1 }
            waiting.cancelAndJoin()
            assertEquals(0, queue.waiting())
        }
    }

    @Test
    fun acquire_badShard_isRefusedByName() {
        val refused =
            assertThrows(IllegalArgumentException::class.java) {
                runBlocking { LocalQueue().acquireSuspending(2, 2) }
            }
        assertEquals("shard id is 2 of total 2, expected 0 to 1", refused.message)
    }

    /** Either the caller has the start, or the queue has it back. */
    @Test
    fun acquire_cancelledAsItIsReleased_nothingIsLost() {
        runBlocking {
            val queue = RecordingQueue(quickQueue())
            repeat(ROUNDS) {
                val before = queue.acquireSuspending(0, 2)
                val both = CyclicBarrier(2)
                val waiting =
                    async(Dispatchers.Default) {
                        queue.acquireSuspending(1, 2).close()
                    }
                val release =
                    launch(Dispatchers.IO) {
                        both.await()
                        before.cancel()
                    }
                both.await()
                waiting.cancel()
                release.join()
                try {
                    waiting.await()
                } catch (cancelled: CancellationException) {
                    // as it may be
                }
                assertEquals(0, queue.open.get())
            }
        }
    }

    private companion object {
        val DAY: Duration = Duration.ofDays(1)
        const val ROUNDS = 5_000
    }
}
