import io.github.gatewayqueue.GatewayQueue
import io.github.gatewayqueue.local.LocalQueue
import java.time.Duration
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withTimeoutOrNull

/** The call blocks a thread, and ends when the coroutine is cancelled. */
suspend fun GatewayQueue.awaitTurn(id: Int, total: Int) =
    runInterruptible(Dispatchers.IO) { request(id.toLong(), total.toLong()) }

fun main() = runBlocking {
    val queue = LocalQueue(Duration.ofMillis(100))
    List(3) { id ->
        launch {
            queue.awaitTurn(id, 3)
            println("LocalQueue has released shard $id")
        }
    }.joinAll()

    val slow = LocalQueue(Duration.ofDays(1))
    slow.awaitTurn(0, 2)
    val released = withTimeoutOrNull(100) { slow.awaitTurn(1, 2) }
    println("cancelled: ${released == null}, and ${slow.waiting()} wait")
}
