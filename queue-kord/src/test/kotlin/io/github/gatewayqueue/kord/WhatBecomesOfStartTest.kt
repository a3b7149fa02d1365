package io.github.gatewayqueue.kord

import dev.kord.gateway.Close
import dev.kord.gateway.Event
import dev.kord.gateway.GatewayCloseCode
import dev.kord.gateway.Hello
import dev.kord.gateway.InvalidSession
import dev.kord.gateway.Resumed
import java.util.stream.Stream
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onSubscription
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.serialization.json.Json
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.Arguments
import org.junit.jupiter.params.provider.Arguments.arguments
import org.junit.jupiter.params.provider.MethodSource

/** What the queue is told of a start, by what its gateway goes through. */
internal class WhatBecomesOfStartTest {
    private val queue = RecordingQueue(quickQueue())
    private val limiter = QueueIdentifyRateLimiter(queue, 2, 1)
    private val events = MutableSharedFlow<Event>(extraBufferCapacity = Int.MAX_VALUE)

    @ParameterizedTest
    @MethodSource("lives")
    fun events_told_endTheStart(expected: List<String>, told: List<Event>) {
        runBlocking {
            limiter.consume(0, events)
            told.forEach { events.emit(it) }
            assertEquals(expected, queue.said)
            assertEquals(if (expected.isEmpty()) 1 else 0, events.subscriptionCount.value)
        }
    }

    @Test
    fun consumedAgain_withoutHello_theFirstStartIsCancelled() {
        runBlocking {
            limiter.consume(0, events)
            limiter.consume(0, events)
            assertEquals(listOf("0 cancelled"), queue.said)
            assertEquals(1, events.subscriptionCount.value)
        }
    }

    @Test
    fun consumedAgain_afterHello_theFirstStartIsClosed() {
        runBlocking {
            limiter.consume(0, events)
            events.emit(HELLO)
            limiter.consume(0, events)
            assertEquals(listOf("0 closed"), queue.said)
        }
    }

    @Test
    fun anotherShard_consumes_theFirstStartIsHeld() {
        runBlocking {
            limiter.consume(0, events)
            val others = MutableSharedFlow<Event>(extraBufferCapacity = Int.MAX_VALUE)
            val other = launch(Dispatchers.Default) { limiter.consume(1, others) }
            assertEquals(listOf<String>(), queue.said)
            events.emit(READY)
            other.join()
            assertEquals(listOf("0 answered"), queue.said)
            assertEquals(listOf(0, 1), queue.released)
        }
    }

    @Test
    fun coroutineThatConsumed_isCancelledWithoutHello_startIsCancelled() {
        runBlocking {
            val gateway = launch {
                limiter.consume(0, events)
                awaitCancellation()
            }
            events.subscriptionCount.first { it == 1 }
            gateway.cancelAndJoin()
            assertEquals(listOf("0 cancelled"), queue.said)
        }
    }

    @Test
    fun coroutineThatConsumed_endsWell_startIsHeld() {
        runBlocking {
            withTimeout(Long.MAX_VALUE) { limiter.consume(0, events) }
            assertEquals(listOf<String>(), queue.said)
            events.emit(READY)
            assertEquals(listOf("0 answered"), queue.said)
        }
    }

    @Test
    fun events_fail_startIsClosed() {
        runBlocking {
            limiter.consume(0, events.onSubscription { error("as this test wants it") })
            assertEquals(listOf("0 closed"), queue.said)
            limiter.consume(1, events) // and nothing else has failed
            events.emit(READY)
            assertEquals(listOf("0 closed", "1 answered"), queue.said)
        }
    }

    private companion object {
        val HELLO = Hello(41_250)
        val READY: Event =
            Json { ignoreUnknownKeys = true }
                .decodeFromString(
                    Event.DeserializationStrategy,
                    """
                    {"op": 0, "t": "READY", "s": 1, "d": {"v": 10, "guilds": [],
                     "private_channels": [],
                     "session_id": "a", "_trace": [], "resume_gateway_url": "ws://127.0.0.1:1",
                     "user": {"id": "1", "username": "bot", "discriminator": "0", "avatar": null}}}
                    """,
                )
        val CLOSED = Close.DiscordClose(GatewayCloseCode.AuthenticationFailed, false)

        @JvmStatic
        fun lives(): Stream<Arguments> =
            Stream.of(
                arguments(listOf<String>(), listOf<Event>()),
                arguments(listOf<String>(), listOf(HELLO)),
                arguments(listOf("0 answered"), listOf(HELLO, READY)),
                arguments(listOf("0 answered"), listOf(HELLO, InvalidSession(false))),
                arguments(listOf("0 answered"), listOf(HELLO, CLOSED)),
                arguments(listOf("0 cancelled"), listOf(CLOSED)),
                arguments(listOf("0 cancelled"), listOf(Close.Timeout)),
                arguments(listOf("0 cancelled"), listOf(Close.Detach)),
                arguments(listOf("0 closed"), listOf(HELLO, Close.Detach)),
                arguments(listOf("0 closed"), listOf(Close.UserClose)),
                arguments(listOf("0 closed"), listOf(HELLO, Close.UserClose)),
                arguments(listOf("0 closed"), listOf(HELLO, Close.ZombieConnection)),
                arguments(listOf<String>(), listOf(Close.Reconnecting)),
                arguments(listOf<String>(), listOf(Close.SessionReset)),
                arguments(listOf("0 cancelled"), listOf(HELLO, Resumed(1))),
                arguments(
                    listOf("0 answered"),
                    listOf(Close.RetryLimitReached, HELLO, READY, Close.UserClose),
                ),
            )
    }
}
