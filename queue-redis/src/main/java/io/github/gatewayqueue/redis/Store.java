package io.github.gatewayqueue.redis;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The store, as this process uses it: docs/redis-protocol.md. One script makes all changes. Safe
 * for use by several threads, one of which takes steps.
 */
final class Store {
  static final Script STEP = Script.load("queue.lua");
  private static final Script LOOK = Script.load("look.lua");

  private final UnifiedJedis client;
  private final String channel;
  private final List<String> keys;
  private final String process;

  private final String interval;
  private final String reserve;

  /** As the script takes them, times in microseconds. */
  private final List<String> settings;

  private final boolean canRead;
  private long sequence;

  /** The last step whose answer has come. */
  private long confirmed;

  /**
   * Creates what takes the steps of one process.
   *
   * @param process what the store is to know the process by
   * @param canRead whether the process can read the session start limit
   */
  Store(UnifiedJedis client, String process, RedisQueueSettings settings, boolean canRead) {
    this.client = client;
    String prefix = "{" + settings.namespace() + "}:";
    channel = prefix + "news";
    keys =
        List.of(
            prefix + "state",
            prefix + "holds",
            prefix + "uses",
            prefix + "starts",
            prefix + "leases",
            prefix + "processes");
    this.process = process;
    interval = String.valueOf(Micros.ceil(settings.interval()) + 1); // moments are cut off
    reserve = String.valueOf(settings.reserve());
    this.settings =
        List.of(
            interval,
            String.valueOf(Micros.ceil(settings.startDelay())),
            String.valueOf(Micros.ceil(settings.lease())),
            String.valueOf(Micros.ceil(settings.settling())),
            String.valueOf(Micros.ceil(settings.maxReadingAge())),
            reserve,
            settings.brakes() ? "1" : "0");
    this.canRead = canRead;
  }

  /**
   * Takes a step, which may be taken again after it failed.
   *
   * @param reading whether the process is reading the limit, and cannot begin another time
   */
  StepReply take(Step step, boolean reading) {
    sequence++;
    List<String> arguments = new ArrayList<>(List.of(channel, process));
    arguments.addAll(List.of(String.valueOf(sequence), String.valueOf(confirmed)));
    arguments.addAll(settings);
    arguments.add(canRead ? reading ? "2" : "1" : "0");
    arguments.addAll(step.arguments());
    StepReply reply = StepReply.of(STEP.call(client, keys, arguments), sequence);
    confirmed = sequence;
    return reply;
  }

  /**
   * Looks how the queue stands.
   *
   * @param places the bucket and the ticket, with its shard, of each place of interest
   */
  SnapshotReply look(List<String> places) {
    List<String> arguments = new ArrayList<>(List.of(interval, reserve));
    arguments.addAll(places);
    return SnapshotReply.of(LOOK.call(client, keys, arguments));
  }

  /**
   * Has a subscription answer, if its connection is alive. Jedis's own ping can lose its answer,
   * and then gives back the connection to others while it is still subscribed.
   */
  void probe(JedisPubSub subscriber) {
    subscriber.subscribe(channel);
  }

  /** Makes the next step connect anew, if the client can be told so. */
  void forgetConnections() {
    if (client instanceof RedisClient single) {
      single.getPool().clear();
    }
  }

  /**
   * Hands in all notifications until the connection is lost or the subscription is ended.
   *
   * @param connection is told of the connection, and when it is given back; not with a client that
   *     hands none out
   */
  void subscribe(JedisPubSub subscriber, NotificationConnection connection) {
    Connection own = connect();
    if (own == null) {
      client.subscribe(subscriber, channel);
      return;
    }
    try (own;
        connection) { // that ends first: the connection may be somebody else's then
      if (connection.open(own)) {
        subscriber.proceed(own, channel);
      }
    }
  }

  @SuppressWarnings("deprecation") // JedisCluster: some have it still
  private @Nullable Connection connect() {
    try {
      return switch (client) {
        case RedisClient single -> single.getPool().getResource();
        case RedisClusterClient cluster ->
            cluster.getConnectionFromSlot(JedisClusterCRC16.getSlot(channel));
        case JedisCluster cluster ->
            cluster.getConnectionFromSlot(JedisClusterCRC16.getSlot(channel));
        case RedisSentinelClient watched ->
            watched.getPrimaryNodesConnectionMap().values().iterator().next().getResource();
        default -> null;
      };
    } catch (ClassCastException e) {
      return null; // the provider of connections is the caller's own, not one of Jedis's
    }
  }
}
