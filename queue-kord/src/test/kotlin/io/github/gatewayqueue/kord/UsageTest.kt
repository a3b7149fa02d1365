package io.github.gatewayqueue.kord

import dev.kord.core.Kord
import dev.kord.gateway.DefaultGateway
import dev.kord.gateway.Gateway
import dev.kord.gateway.builder.Shards
import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.local.LocalQueue
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** What the documentation shows. */
internal class UsageTest {
    // @start region="kord"
    suspend fun bot(token: String, queue: GatewayQueue): Kord =
        Kord(token) {
            gateways { resources, shards ->
                val total = resources.shards.totalShards
                val limiter = QueueIdentifyRateLimiter(queue, total, resources.maxConcurrency)
                shards.map {
                    DefaultGateway {
                        client = resources.httpClient
                        identifyRateLimiter = limiter // one for all shards of the process
                    }
                }
            }
        }

    // @end

    fun gateways(queue: GatewayQueue, shards: Shards, maxConcurrency: Int): List<Gateway> {
        // @start region="module queue-kord"
        val limiter = QueueIdentifyRateLimiter(queue, shards.totalShards, maxConcurrency)
        val gateways = shards.indices.map { DefaultGateway { identifyRateLimiter = limiter } }
        // @end
        return gateways
    }

    @Test
    fun gateways_areOneForEachShard() {
        assertEquals(2, gateways(LocalQueue(), Shards(2), 1).size)
    }

    @Test
    fun suspending_returnsWhenReleased() {
        runBlocking { start(LocalQueue(), 0, 1) }
    }

    private suspend fun start(queue: GatewayQueue, shardId: Int, total: Int) {
        // @start region="suspending"
        queue.acquireSuspending(shardId, total).use { start ->
            identify()
            start.identified()
            awaitReadyOrInvalidSession()
            start.answered()
        }
        // @end
    }

    private fun identify() {}

    private fun awaitReadyOrInvalidSession() {}
}
