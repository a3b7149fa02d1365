package io.github.gatewayqueue.http;

import java.util.concurrent.Semaphore;

/**
 * What all requests of a queue share.
 *
 * @param turns who may be about to ask: those that were not answered yet, and not for long
 * @param starts those that are held
 */
record QueueState(
    BrokerClient broker,
    Timeouts patience,
    BrokerOutage outage,
    Semaphore turns,
    HeldStarts starts) {}
