package io.github.gatewayqueue.kord

import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.broker.Broker
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource
import io.github.gatewayqueue.fakediscord.FakeDiscord
import io.github.gatewayqueue.fakediscord.Verdict
import io.github.gatewayqueue.http.HttpQueue
import io.github.gatewayqueue.redis.RedisQueue
import io.github.gatewayqueue.testsupport.Await
import io.github.gatewayqueue.testsupport.EmbeddedRedis
import io.github.gatewayqueue.testsupport.Thorough
import java.time.Duration
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Two bots, each with a queue of its own, at the real interval, whose HELLOs are up to 3 s late. */
internal class SeveralProcessesTest {
    @Test
    @Thorough("At the real interval, for ten seconds; two limiters on one queue are on every build.")
    fun overABroker_startWithLateHellos_nobodyIsTooEarly() {
        lateDiscord(BUCKETS, LATE).use { discord ->
            Broker.builder()
                .port(0)
                .discordToken(FakeDiscord.DEFAULT_TOKEN)
                .discordApi(discord.restUri())
                .start()
                .use { broker -> start(discord) { HttpQueue.of(broker.uri()) } }
        }
    }

    @Test
    @Thorough("At the real interval, for ten seconds; two limiters on one queue are on every build.")
    fun overRedis_startWithLateHellos_nobodyIsTooEarly() {
        val redis = EmbeddedRedis()
        redis.use {
            lateDiscord(BUCKETS, LATE).use { discord ->
                val limits =
                    DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
                        .baseUrl(discord.restUri())
                        .build()
                start(discord) { RedisQueue.builder(redis.uri()).limits(limits).build() }
            }
        }
    }

    private fun <Q> start(discord: FakeDiscord, newQueue: () -> Q)
        where Q : GatewayQueue, Q : AutoCloseable {
        bot(discord, newQueue(), 0..<SHARDS / 2) { one ->
            bot(discord, newQueue(), SHARDS / 2..<SHARDS) { other ->
                one.start()
                other.start()
                Await.until { discord.score().count(Verdict.ACCEPTED) >= SHARDS }
                assertEquals(SHARDS, discord.score().identifies(), discord::toString)
            }
        }
    }

    private fun <Q> bot(discord: FakeDiscord, queue: Q, shards: IntRange, use: (Bot) -> Unit)
        where Q : GatewayQueue, Q : AutoCloseable = queue.use {
        val limiter = QueueIdentifyRateLimiter(queue, SHARDS, BUCKETS)
        Bot(discord, shards, SHARDS, limiter).use(use)
    }

    private companion object {
        const val SHARDS = 16
        const val BUCKETS = 8
        val LATE: Duration = Duration.ofSeconds(3)
    }
}
