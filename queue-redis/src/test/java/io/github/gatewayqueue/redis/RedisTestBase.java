package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.testsupport.Asking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import redis.clients.jedis.RedisClient;

/** Several queues on one server, as several processes would have them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RedisTestBase {
  static final Duration NEVER = Duration.ofHours(1); // longer than any test takes

  private final List<RedisQueue> queues = new ArrayList<>();
  private final Duration interval;
  RedisProcess redis;
  RedisClient client;
  String namespace = RedisProcess.newNamespace();

  /**
   * Creates the base of some tests.
   *
   * @param interval of the queues that are not told otherwise
   */
  RedisTestBase(Duration interval) {
    this.interval = interval;
  }

  @BeforeAll
  void startRedis() {
    redis = RedisProcess.begin();
    client = RedisClient.create(redis.uri());
  }

  @AfterAll
  void stopRedis() {
    if (redis != null) { // there is one for this system
      client.close();
      redis.close();
    }
  }

  @AfterEach
  void closeQueues() {
    queues.forEach(RedisQueue::close);
    queues.clear();
    namespace = RedisProcess.newNamespace();
  }

  RedisQueue.Builder builder() {
    return RedisQueue.builder(redis.uri())
        .namespace(namespace)
        .interval(interval)
        .holdTimeout(NEVER) // a slow machine is not the subject
        .startDelay(Duration.ZERO)
        .brake(Brake.OFF);
  }

  RedisQueue open(RedisQueue.Builder builder) {
    RedisQueue queue = builder.build();
    queues.add(queue);
    return queue;
  }

  List<RedisQueue> queues() {
    return queues;
  }

  /** Returns the key that a part of the queue is kept under. */
  String key(String part) {
    return "{" + namespace + "}:" + part;
  }

  /** Returns how many processes have a lease. */
  long leases() {
    double nowMicros = (System.currentTimeMillis() + 1) * 1000d;
    return client.zcount(key("leases"), nowMicros, Long.MAX_VALUE); // but the member of no meaning
  }

  static long ended(List<Asking> requests) {
    return requests.stream().filter(Asking::ended).count();
  }
}
