package io.github.gatewayqueue.examples.kord

import io.github.gatewayqueue.fakediscord.FakeDiscord
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking

private const val SHARDS = 32
private const val MAX_CONCURRENCY = 16

/**
 * Shows how the shards of a bot on Kord come up. With `DISCORD_TOKEN` in the environment, it is the
 * real Discord, and each shard takes one of the day's session starts; without, one on loopback.
 */
fun main() {
    val token = System.getenv("DISCORD_TOKEN")
    if (!token.isNullOrBlank()) {
        runBlocking { startShards(token) }
        return
    }
    FakeDiscord.builder().shards(SHARDS).maxConcurrency(MAX_CONCURRENCY).start().use { discord ->
        runBlocking { startShards(FakeDiscord.DEFAULT_TOKEN, discord) }
        val score = discord.score()
        println("Discord's verdict: $score")
        exitProcess(if (score.isClean && score.identifies() == SHARDS) 0 else 1)
    }
}
