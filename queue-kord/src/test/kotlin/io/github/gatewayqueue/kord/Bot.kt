package io.github.gatewayqueue.kord

import dev.kord.common.entity.DiscordShard
import dev.kord.gateway.DefaultGateway
import dev.kord.gateway.ratelimit.IdentifyRateLimiter
import dev.kord.gateway.retry.LinearRetry
import dev.kord.gateway.start
import io.github.gatewayqueue.fakediscord.FakeDiscord
import io.ktor.client.HttpClient
import io.ktor.client.engine.okhttp.OkHttp
import io.ktor.client.plugins.websocket.WebSockets
import java.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/** Some shards of a bot, on gateways of Kord's, which connect to a Discord on loopback. */
internal class Bot(
    private val discord: FakeDiscord,
    shards: Iterable<Int>,
    private val total: Int,
    limiter: IdentifyRateLimiter,
) : AutoCloseable {
    private val http = HttpClient(OkHttp) { install(WebSockets) }
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    val gateways: Map<Int, DefaultGateway> =
        shards.associateWith {
            // @start region="loopback"
            DefaultGateway {
                url = "${discord.gatewayUri()}/?v=10&encoding=json&compress=zlib-stream"
                client = http
                identifyRateLimiter = limiter
                reconnectRetry = LinearRetry(1.milliseconds, 20.milliseconds, Int.MAX_VALUE)
            }
            // @end
        }

    fun start() = gateways.keys.forEach(::start)

    fun start(id: Int): Job =
        scope.launch {
            gateways.getValue(id).start(FakeDiscord.DEFAULT_TOKEN) {
                shard = DiscordShard(id, total)
            }
        }

    override fun close() {
        runBlocking {
            scope.coroutineContext.job.cancelAndJoin()
            gateways.values.forEach { it.detach() }
        }
        http.close()
    }
}

/** Says HELLO late, up to some time, and each time another one. */
internal fun lateDiscord(
    buckets: Int,
    most: Duration,
    settings: (FakeDiscord.Builder) -> Unit = {},
): FakeDiscord {
    val builder = FakeDiscord.builder().maxConcurrency(buckets)
    settings(builder)
    return builder.start().also { it.faults().delayHello(Duration.ZERO, most) }
}
