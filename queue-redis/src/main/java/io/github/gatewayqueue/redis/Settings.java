package io.github.gatewayqueue.redis;

import java.time.Duration;

/**
 * What a queue was told to be, checked.
 *
 * @param namespace which bot's queue it is, among all in the store
 * @param interval between two releases of a bucket
 * @param startDelay how long a store that knows of no release waits with the first
 * @param lease for how long a process that says nothing keeps its places
 * @param margin how old a release may be when it is used
 * @param settling how long Discord may take to count a start
 * @param reserve how many starts of a day are never used
 */
record Settings(
    String namespace,
    Duration interval,
    Duration startDelay,
    Duration lease,
    Duration margin,
    Duration settling,
    int reserve) {}
