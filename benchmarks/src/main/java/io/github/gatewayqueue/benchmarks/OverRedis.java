package io.github.gatewayqueue.benchmarks;

import io.github.bucket4j.BlockingBucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.redis.RedisQueue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;

/** The one Redis of this process, and what shares its pacing through it. */
final class OverRedis {
  private static @Nullable RedisServer server;
  private static @Nullable URI uri;

  private OverRedis() {}

  /** Returns where the server is, and starts it before. */
  static synchronized URI uri() {
    URI known = uri;
    if (known == null) {
      int port = freePort();
      RedisServer started =
          RedisServer.builder().bind("127.0.0.1").port(port).setting("save \"\"").build();
      started.start();
      server = started;
      known = URI.create("redis://127.0.0.1:" + port);
      uri = known;
    }
    return known;
  }

  /** Stops the server, if it was started. */
  static synchronized void stop() {
    RedisServer started = server;
    server = null;
    uri = null;
    if (started != null) {
      started.stop();
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sets up a queue on this server; nobody has been released before. */
  static RedisQueue.Builder queue(String namespace, Duration interval) {
    return RedisQueue.builder(uri())
        .namespace(namespace)
        .interval(interval)
        .startDelay(Duration.ZERO)
        .brake(Brake.OFF);
  }

  static String newNamespace() {
    return "shards-" + UUID.randomUUID();
  }

  static Pacer redisQueue(int buckets, Duration interval) {
    RedisQueue queue = queue(newNamespace(), interval).build();
    return new QueuePacer(queue, queue::waiting) {
      @Override
      public void close() {
        queue.close();
      }
    };
  }

  /** With Lettuce, the client that Bucket4j is published for. */
  static Pacer bucket4j(int buckets, Duration interval) {
    RedisClient client = RedisClient.create(uri().toString());
    StatefulRedisConnection<String, byte[]> connection =
        client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
    var configuration =
        BucketConfiguration.builder()
            .addLimit(limit -> limit.capacity(1).refillGreedy(1, interval))
            .build();
    BlockingBucket bucket =
        Bucket4jLettuce.casBasedBuilder(connection)
            .build()
            .builder()
            .build(newNamespace(), () -> configuration)
            .asBlocking();
    return new Pacer() {
      @Override
      public void acquire(long shard) throws InterruptedException {
        try {
          bucket.consume(1);
        } catch (RuntimeException e) {
          throw Peers.interruptOf(e);
        }
      }

      @Override
      public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
      }
    };
  }
}
