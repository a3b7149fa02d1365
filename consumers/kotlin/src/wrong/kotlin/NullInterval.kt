import io.github.gatewayqueue.local.LocalQueue

/** Must not compile: the interval may not be null. */
fun main() {
    LocalQueue(null)
}
