package io.github.gatewayqueue.examples.kord

import dev.kord.core.Kord
import dev.kord.core.event.gateway.ReadyEvent
import dev.kord.gateway.DefaultGateway
import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource
import io.github.gatewayqueue.fakediscord.FakeDiscord
import io.github.gatewayqueue.kord.QueueIdentifyRateLimiter
import io.github.gatewayqueue.large.LargeBotQueue
import io.ktor.client.HttpClient
import io.ktor.client.plugins.api.createClientPlugin
import io.ktor.http.URLProtocol
import io.ktor.http.isWebsocket
import java.util.Locale
import kotlin.time.DurationUnit
import kotlin.time.TimeSource
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.launch

/** Prints when each shard is ready, and shuts the bot down when all are. */
internal suspend fun startShards(token: String, discord: FakeDiscord? = null) {
    val limits = DiscordSessionStartLimitSource.builder(token)
    discord?.let { limits.baseUrl(it.restUri()) }
    val queue = LargeBotQueue.builder(limits.build()).buildAndRead()
    val start = TimeSource.Monotonic.markNow()
    val kord = bot(token, queue, discord?.let(::clientOf))
    coroutineScope {
        launch(start = CoroutineStart.UNDISPATCHED) { // it listens before the login
            kord.events
                .filterIsInstance<ReadyEvent>()
                .take(kord.resources.shards.totalShards)
                .collect {
                    val seconds = start.elapsedNow().toDouble(DurationUnit.SECONDS)
                    println("%8.3f s  shard %s is ready".format(Locale.ROOT, seconds, it.shard))
                }
            kord.shutdown()
        }
        kord.login()
    }
    kord.resources.httpClient.close()
}

private suspend fun bot(token: String, queue: GatewayQueue, http: HttpClient?): Kord =
    Kord(token) {
        httpClient = http // if none, Kord makes its own
        gateways { resources, shards ->
            val total = resources.shards.totalShards
            val limiter = QueueIdentifyRateLimiter(queue, total, resources.maxConcurrency)
            shards.map {
                DefaultGateway {
                    client = resources.httpClient
                    identifyRateLimiter = limiter
                }
            }
        }
    }

// @start region="loopback"
/** The HTTP client of a bot whose Discord is one on loopback: REST and gateway. */
fun clientOf(discord: FakeDiscord): HttpClient = HttpClient {
    val loopback =
        createClientPlugin("Loopback") {
            onRequest { request, _ ->
                val isGateway = request.url.protocol.isWebsocket()
                request.url.protocol = if (isGateway) URLProtocol.WS else URLProtocol.HTTP
                request.url.host = discord.restUri().host
                request.url.port = discord.restUri().port
            }
        }
    install(loopback)
}
// @end
