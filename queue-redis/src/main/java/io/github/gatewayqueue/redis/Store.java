package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The store as this process talks to it: docs/redis-protocol.md. Changed by one script only. Safe
 * for use by several threads, of which one takes steps.
 */
final class Store {
  private static final String VERSION = "1";
  static final String SCRIPT = script();
  private static final String SCRIPT_SHA = sha1(SCRIPT);

  private final UnifiedJedis client;
  private final String channel;
  private final List<String> keys;
  private final List<String> settings;
  private long sequence;

  /**
   * Creates what takes the steps of one process.
   *
   * @param process what the store is to know the process by
   * @param canRead whether the process can read the session start limit
   */
  Store(UnifiedJedis client, String process, Settings settings, boolean canRead) {
    this.client = client;
    String prefix = "{" + settings.namespace() + "}:";
    channel = prefix + "news";
    keys =
        List.of(
            prefix + "state",
            prefix + "line",
            prefix + "tickets",
            prefix + "leases",
            prefix + "buckets",
            prefix + "starts");
    this.settings =
        List.of(
            process,
            String.valueOf(Micros.ceil(settings.interval()) + 1), // moments are cut off
            String.valueOf(Micros.ceil(settings.startDelay())),
            String.valueOf(Micros.ceil(settings.lease())),
            String.valueOf(Micros.ceil(settings.settling())),
            String.valueOf(settings.reserve()),
            canRead ? "1" : "0");
  }

  /** Takes a step, which may be taken again after it failed. */
  StepReply take(Step step, double random) {
    sequence++;
    List<String> arguments = new ArrayList<>();
    arguments.add(VERSION);
    arguments.add(channel);
    arguments.add(settings.getFirst());
    arguments.add(String.valueOf(sequence));
    arguments.addAll(settings.subList(1, settings.size()));
    arguments.add(String.valueOf(random));
    arguments.addAll(step.arguments());
    Object reply;
    try {
      reply = client.evalsha(SCRIPT_SHA, keys, arguments);
    } catch (JedisNoScriptException e) {
      reply = client.eval(SCRIPT, keys, arguments);
    }
    return StepReply.of(reply, sequence);
  }

  /**
   * Has a subscription answer, if its connection is alive. Jedis's own ping can lose its answer,
   * and then gives back the connection to others while it is still subscribed.
   */
  void probe(JedisPubSub news) {
    news.subscribe(channel);
  }

  /** Hands in all news until the connection is lost or the subscription is ended. */
  void subscribe(JedisPubSub news) {
    client.subscribe(news, channel);
  }

  private static String script() {
    try (InputStream script = Store.class.getResourceAsStream("queue.lua")) {
      if (script == null) {
        throw new IllegalStateException("the script is missing from the module");
      }
      return new String(script.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha1(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
