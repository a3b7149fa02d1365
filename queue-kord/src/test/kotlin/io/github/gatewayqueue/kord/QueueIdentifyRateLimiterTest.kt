package io.github.gatewayqueue.kord

import dev.kord.gateway.Close
import dev.kord.gateway.Event
import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.fakediscord.FakeDiscord
import io.github.gatewayqueue.fakediscord.Outage
import io.github.gatewayqueue.fakediscord.Verdict
import io.github.gatewayqueue.local.LocalQueue
import io.github.gatewayqueue.testsupport.Await
import java.time.Duration
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

/** Kord's gateways against a Discord that is as strict, but a tenth or less as slow. */
internal class QueueIdentifyRateLimiterTest {
    @Test
    fun startUp_hellosLate_nobodyIsTooEarly() {
        lateDiscord().use { discord ->
            val limiter = QueueIdentifyRateLimiter(queue(SPACING, BUCKETS), 12, BUCKETS)
            Bot(discord, 0..<12, 12, limiter).use { bot ->
                bot.start()
                discord.awaitAccepted(12)
                assertEquals(12, discord.score().identifies(), discord::toString)
                assertEquals(List(BUCKETS) { 3 }, perBucket(discord))
            }
        }
    }

    @Test
    fun twoProcesses_onOneQueue_nobodyIsTooEarly() {
        lateDiscord().use { discord ->
            val queue = queue(SPACING, BUCKETS)
            Bot(discord, 0..<4, 8, QueueIdentifyRateLimiter(queue, 8, BUCKETS)).use { one ->
                Bot(discord, 4..<8, 8, QueueIdentifyRateLimiter(queue, 8, BUCKETS)).use { other ->
                    one.start()
                    other.start()
                    discord.awaitAccepted(8)
                    assertEquals(8, discord.score().identifies(), discord::toString)
                }
            }
        }
    }

    @Test
    fun storm_noSessionCanBeResumed_allStartAgainAndNobodyIsTooEarly() {
        lateDiscord().use { discord ->
            val queue = RecordingQueue(queue(SPACING, BUCKETS))
            Bot(discord, 0..<8, 8, QueueIdentifyRateLimiter(queue, 8, BUCKETS)).use { bot ->
                bot.start()
                discord.awaitAccepted(8)
                discord.forgetSessions()
                discord.dropSockets()
                discord.awaitAccepted(16)
                // If Kord connects again before it has forgotten the session, it does not ask.
                assumeTrue(
                    discord.score().identifies() <= queue.released.size,
                    "a shard has identified without asking the limiter",
                )
                assertEquals(0, discord.score().violations(), discord::toString)
            }
        }
    }

    @Test
    fun storm_allSessionsCanBeResumed_nobodyAsks() {
        FakeDiscord.builder().start().use { discord ->
            val queue = RecordingQueue(quickQueue())
            Bot(discord, 0..<1, 1, QueueIdentifyRateLimiter(queue, 1, 1)).use { bot ->
                bot.start()
                Await.until { queue.said.size == 1 }
                discord.dropSockets()
                Await.until { discord.score().resumes() == 1 }
                assertEquals(listOf("0 answered"), queue.said)
            }
        }
    }

    @Test
    fun readyIsLost_nextInTheBucketGoesWhenTheHoldHasRunOut() {
        FakeDiscord.builder().identifyInterval(INTERVAL).start().use { discord ->
            discord.faults().withholdReady()
            val queue = RecordingQueue(queue(SPACING, holdTimeout = Duration.ofMillis(500)))
            Bot(discord, 0..<2, 2, QueueIdentifyRateLimiter(queue, 2, 1)).use { bot ->
                bot.start(0)
                Await.until { discord.score().identifies() == 1 }
                bot.start(1)
                Await.until { discord.score().identifies() == 2 }
                assertEquals(listOf(0, 1), queue.released)
                assertEquals(listOf<String>(), queue.said)
                assertEquals(0, discord.score().violations(), discord::toString)
            }
        }
    }

    @Test
    fun identifyGetsOp9_shardAsksAgain() {
        FakeDiscord.builder().identifyInterval(INTERVAL).start().use { discord ->
            discord.faults().invalidateIdentifies(1)
            val queue = RecordingQueue(LocalQueue(SPACING))
            Bot(discord, 0..<1, 1, QueueIdentifyRateLimiter(queue, 1, 1)).use { bot ->
                bot.start()
                discord.awaitAccepted(1)
                Await.until { queue.said.size == 2 }
                assertEquals(listOf("0 answered", "0 answered"), queue.said)
            }
        }
    }

    @Test
    fun connectionsAreRefused_startsAreGivenBack() {
        FakeDiscord.builder().identifyInterval(INTERVAL).start().use { discord ->
            discord.startOutage(Outage.REFUSING)
            val large = queue(SPACING)
            val queue = RecordingQueue(large)
            Bot(discord, 0..<2, 2, QueueIdentifyRateLimiter(queue, 2, 1)).use { bot ->
                bot.start()
                Await.until { queue.said.size >= 4 }
                discord.endOutage()
                discord.awaitAccepted(2)
                Await.until { queue.open.get() == 0 }
                assertEquals(2, queue.said.count { "answered" in it })
                assertEquals(queue.said.size - 2, queue.said.count { "cancelled" in it })
                assertEquals(STARTS - 2, large.limit().get().remaining())
            }
        }
    }

    @Test
    fun waitingShard_isCancelled_leavesTheLineAndDelaysNobody() {
        FakeDiscord.builder().identifyInterval(INTERVAL).start().use { discord ->
            val local = LocalQueue(Duration.ofSeconds(2))
            val queue = RecordingQueue(local)
            val limiter = QueueIdentifyRateLimiter(queue, 3, 1)
            Bot(discord, 0..<3, 3, limiter).use { bot ->
                bot.start(0)
                discord.awaitAccepted(1)
                val second = bot.start(1)
                Await.until { local.waiting() == 1 }
                val third = bot.start(2)
                runBlocking { second.cancelAndJoin() }
                discord.awaitAccepted(2)
                assertTrue(third.isActive)
                assertEquals(listOf(0, 2), queue.released)
                assertEquals(0, local.waiting())
            }
        }
    }

    @Test
    fun shardsOfABucket_askInTheOrderInWhichTheyConsumed() {
        runBlocking {
            val queue = RecordingQueue(quickQueue())
            val limiter = QueueIdentifyRateLimiter(queue, 8, 1)
            val shards = listOf(4, 3, 0, 7, 1, 2, 5, 6)
            val all = shards.map { shard ->
                // Undispatched: it is in line before the next one starts.
                launch(start = CoroutineStart.UNDISPATCHED) {
                    val events = MutableSharedFlow<Event>()
                    limiter.consume(shard, events)
                    events.emit(Close.Detach)
                }
            }
            all.joinAll()
            assertEquals(shards, queue.released)
        }
    }

    @Test
    fun arguments_outOfTheirRange_areRefusedByName() {
        val refused = { action: () -> Unit ->
            assertThrows(IllegalArgumentException::class.java, action).message
        }
        val queue = GatewayQueue.noOp()
        assertEquals(
            "total is 0, expected at least 1",
            refused { QueueIdentifyRateLimiter(queue, 0, 1) },
        )
        assertEquals(
            "maxConcurrency is 0, expected at least 1",
            refused { QueueIdentifyRateLimiter(queue, 1, 0) },
        )
        val limiter = QueueIdentifyRateLimiter(queue, 2, 16)
        for (shard in listOf(-1, 2)) {
            assertEquals(
                "shardId is $shard, expected 0 to 1",
                refused { runBlocking { limiter.consume(shard, MutableSharedFlow()) } },
            )
        }
        assertEquals(16, limiter.maxConcurrency)
        assertEquals(
            "QueueIdentifyRateLimiter[total=2, maxConcurrency=16, queue=NoOpQueue]",
            "$limiter",
        )
    }

    private companion object {
        const val BUCKETS = 4
        val INTERVAL: Duration = Duration.ofMillis(250)
        val SPACING: Duration = Duration.ofMillis(300)

        fun lateDiscord(): FakeDiscord =
            lateDiscord(BUCKETS, Duration.ofMillis(200)) { it.identifyInterval(INTERVAL) }

        fun FakeDiscord.awaitAccepted(starts: Int) =
            Await.until { score().count(Verdict.ACCEPTED) >= starts }

        fun perBucket(discord: FakeDiscord) =
            discord.identifies().groupingBy { it.bucket }.eachCount().toSortedMap().values.toList()
    }
}
