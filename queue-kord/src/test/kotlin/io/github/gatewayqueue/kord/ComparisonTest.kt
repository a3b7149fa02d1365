package io.github.gatewayqueue.kord

import dev.kord.gateway.ratelimit.IdentifyRateLimiter
import io.github.gatewayqueue.fakediscord.FakeDiscord
import io.github.gatewayqueue.fakediscord.Score
import io.github.gatewayqueue.fakediscord.Verdict
import io.github.gatewayqueue.testsupport.Await
import io.github.gatewayqueue.testsupport.Thorough
import java.time.Duration
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestReporter

/** Beside Kord's own limiter, whose times cannot be set, at Discord's pace. */
@Thorough("Half a minute; QueueIdentifyRateLimiterTest stands for it with a tenth of the times.")
internal class ComparisonTest {
    @Test
    fun hellosOfTheFirstShardsAreLate_onlyKordsOwnLetsOthersGoTooEarly(reporter: TestReporter) {
        val ours = startUp(QueueIdentifyRateLimiter(queue(INTERVAL, BUCKETS), SHARDS, BUCKETS))
        assertEquals(0, ours.violations(), ours::toString)
        assertEquals(SHARDS, ours.identifies(), ours::toString)
        val theirs = startUp(IdentifyRateLimiter(BUCKETS))
        reporter.publishEntry("too early with Kord's own", "${theirs.violations()}")
        assertTrue(theirs.identifies() >= SHARDS, theirs::toString)
    }

    private fun startUp(limiter: IdentifyRateLimiter): Score =
        FakeDiscord.builder().maxConcurrency(BUCKETS).start().use { discord ->
            discord.faults().delayHello(Duration.ofSeconds(3))
            Bot(discord, 0..<SHARDS, SHARDS, limiter).use { bot ->
                bot.start()
                Await.until { discord.openSockets() == BUCKETS }
                discord.faults().heal()
                Await.until { discord.score().count(Verdict.ACCEPTED) == SHARDS }
            }
            discord.score()
        }

    private companion object {
        const val BUCKETS = 4
        const val SHARDS = 8
        val INTERVAL: Duration = Duration.ofSeconds(6)
    }
}
