package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.time.Duration;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** No mistake ends the threads that a queue has. */
class OddClientTest extends RedisTestBase {

  OddClientTest() {
    super(Duration.ofMillis(10));
  }

  private RedisQueue.Builder builder(OddClient odd) {
    return RedisQueue.builder(odd).namespace(namespace).startDelay(Duration.ZERO);
  }

  @Test
  void request_stepFailsAndSoDoesTheLog_failsAndLaterOnesAreReleased() throws Exception {
    try (var log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL);
        OddClient odd = new OddClient(redis)) {
      log.failWith(new IllegalStateException("disk full"));
      try (RedisQueue queue = builder(odd).build()) {
        Asking.of(queue).awaitThrown(GatewayQueueException.class);
        odd.odd = false;
        Asking.of(queue).awaitReturn();
      }
      String line = log.lines().getFirst();
      assertTrue(line.startsWith("SEVERE: the conversation with the store failed"), line);
    }
  }

  @Test
  void news_subscriptionFails_isMadeAnew() {
    try (OddClient odd = new OddClient(redis)) {
      RedisQueue queue = builder(odd).build();
      Await.until(() -> odd.subscriptions.get() > 1);
      odd.odd = false;
      Await.until(() -> client.publish(key("news"), "anything") == 1);
      queue.close();
    }
  }

  /** Such a client hands out no connection, but subscribes by itself. */
  @Test
  void news_ofAClientWithAProviderOfItsOwn_areHeard() throws Exception {
    try (var pool =
            new PooledConnectionProvider(new HostAndPort(RedisProcess.LOOPBACK, redis.port()));
        RedisClient own = RedisClient.builder().connectionProvider(new OwnProvider(pool)).build();
        RedisQueue queue = RedisQueue.builder(own).namespace(namespace).build()) {
      Await.until(() -> client.publish(key("news"), "anything") == 1);
      assertEquals(0, queue.waiting());
    }
  }

  private record OwnProvider(ConnectionProvider pool) implements ConnectionProvider {
    @Override
    public Connection getConnection() {
      return pool.getConnection();
    }

    @Override
    public Connection getConnection(CommandArguments command) {
      return pool.getConnection(command);
    }

    @Override
    public void close() {} // the pool is somebody else's
  }
}
