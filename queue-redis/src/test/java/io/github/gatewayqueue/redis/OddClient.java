package io.github.gatewayqueue.redis;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** A client that throws what none of Jedis's is meant to, while it is told to. */
final class OddClient extends UnifiedJedis {
  final AtomicInteger subscriptions = new AtomicInteger();
  volatile boolean odd = true;

  /** Whether what is asked is done, but no answer comes. */
  volatile boolean losesAnswers;

  OddClient(RedisProcess redis) {
    super(
        new PooledConnectionProvider(new HostAndPort(RedisProcess.LOOPBACK, redis.port())),
        RedisProtocol.RESP2);
  }

  @Override
  public Object evalsha(String sha, List<String> keys, List<String> arguments) {
    throwIfOdd();
    Object answer = super.evalsha(sha, keys, arguments);
    if (losesAnswers) {
      throw new JedisConnectionException("the answer was lost");
    }
    return answer;
  }

  @Override
  public void subscribe(JedisPubSub news, String... channels) {
    subscriptions.incrementAndGet();
    throwIfOdd();
    super.subscribe(news, channels);
  }

  private void throwIfOdd() {
    if (odd) {
      throw new ClassCastException("odd");
    }
  }
}
