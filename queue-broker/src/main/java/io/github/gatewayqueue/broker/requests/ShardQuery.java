package io.github.gatewayqueue.broker.requests;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which shard a request is for, and for how long its start is held.
 *
 * @param shard the shard's id, from 0 to {@code total - 1}
 * @param total how many shards the bot runs
 * @param named whether the client named the shard
 * @param hold for how long at most; null if the client does not hold it
 */
public record ShardQuery(long shard, long total, boolean named, @Nullable Duration hold) {}
