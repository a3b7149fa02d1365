package io.github.gatewayqueue.http;

import java.util.concurrent.Semaphore;

/**
 * The state that all requests of a queue share.
 *
 * @param turns permits for requests that are being sent: at most 64 at a time
 * @param starts those that are held
 */
record QueueState(
    BrokerClient broker,
    Timeouts patience,
    BrokerOutage outage,
    Semaphore turns,
    HeldStarts starts) {}
