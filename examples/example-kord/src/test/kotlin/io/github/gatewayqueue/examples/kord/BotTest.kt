package io.github.gatewayqueue.examples.kord

import io.github.gatewayqueue.fakediscord.FakeDiscord
import io.github.gatewayqueue.testsupport.Thorough
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

internal class BotTest {
    /** One of each bucket: nobody waits for an interval. */
    @Test
    fun startShards_recommended_allBecomeReadyWithoutAViolation() = requireClean(2)

    @Test
    @Thorough("Waits for an interval of six seconds, on a machine that does not stand still for one.")
    fun startShards_twoRounds_allBecomeReadyWithoutAViolation() = requireClean(4)

    private fun requireClean(shards: Int) {
        FakeDiscord.builder().shards(shards).maxConcurrency(2).start().use { discord ->
            runBlocking { startShards(FakeDiscord.DEFAULT_TOKEN, discord) }
            assertEquals(shards, discord.score().identifies())
            assertTrue(discord.score().isClean) { "$discord" }
        }
    }
}
