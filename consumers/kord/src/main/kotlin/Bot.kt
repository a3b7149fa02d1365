import dev.kord.common.entity.DiscordShard
import dev.kord.gateway.DefaultGateway
import dev.kord.gateway.Ready
import dev.kord.gateway.start
import io.github.gatewayqueue.SessionStartLimit
import io.github.gatewayqueue.fakediscord.FakeDiscord
import io.github.gatewayqueue.kord.QueueIdentifyRateLimiter
import io.github.gatewayqueue.large.LargeBotQueue
import java.time.Duration
import kotlin.system.exitProcess
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

private const val SHARDS = 8

/** The gateways of a bot on the Kord and the Kotlin of its own choice, against a Discord on loopback. */
fun main(): Unit = runBlocking(Dispatchers.Default) {
    FakeDiscord.builder().maxConcurrency(SHARDS).start().use { discord ->
        val limit = SessionStartLimit(1000, 1000, Duration.ofDays(1), SHARDS)
        val queue = LargeBotQueue.builder { limit }.initialLimit(limit).build()
        val limiter = QueueIdentifyRateLimiter(queue, SHARDS, SHARDS)
        List(SHARDS) { id ->
            val gateway = DefaultGateway {
                url = "${discord.gatewayUri()}/?v=10&encoding=json"
                identifyRateLimiter = limiter
            }
            val ready = async { gateway.events.first { it is Ready } }
            launch { gateway.start(FakeDiscord.DEFAULT_TOKEN) { shard = DiscordShard(id, SHARDS) } }
            ready
        }.awaitAll()
        val score = discord.score()
        println("Kord has started ${score.identifies()} shards, with ${score.violations()} violations")
    }
    exitProcess(0) // Kord's gateways would connect again
}
