package io.github.gatewayqueue.benchmarks;

import com.google.common.util.concurrent.RateLimiter;
import dev.kord.gateway.Event;
import dev.kord.gateway.InvalidSession;
import dev.kord.gateway.ratelimit.IdentifyRateLimiter;
import dev.kord.gateway.ratelimit.IdentifyRateLimiterKt;
import discord4j.common.operator.RateLimitOperator;
import io.github.bucket4j.BlockingBucket;
import io.github.bucket4j.Bucket;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import kotlin.Unit;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.channels.BufferOverflow;
import kotlinx.coroutines.flow.MutableSharedFlow;
import kotlinx.coroutines.flow.SharedFlowKt;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.utils.ConcurrentSessionController;
import net.dv8tion.jda.api.utils.SessionController.SessionConnectNode;
import org.javacord.api.util.ratelimit.LocalRatelimiter;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What a user would pick instead, each used as its own documentation says. */
final class Peers {
  private static @Nullable RedissonClient redisson;

  private Peers() {}

  /**
   * JDA runs a node on a thread of its bucket's, and then sleeps for five seconds, which is a
   * constant. The stub's run returns at once, as if the login took no time.
   */
  static Pacer jda(int buckets, Duration interval) {
    var controller = new ConcurrentSessionController();
    controller.setConcurrency(buckets);
    return new Pacer() {
      @Override
      public void acquire(long shard) throws InterruptedException {
        var node = new Node((int) shard);
        controller.appendSession(node);
        try {
          node.turn.await();
        } catch (InterruptedException e) {
          controller.removeSession(node);
          throw e;
        }
      }

      @Override
      public void setConcurrency(int count) {
        controller.setConcurrency(count);
      }
    };
  }

  private static final class Node implements SessionConnectNode {
    final CountDownLatch turn = new CountDownLatch(1);
    private final JDA.ShardInfo shard;

    Node(int shard) {
      this.shard = new JDA.ShardInfo(shard, Integer.MAX_VALUE);
    }

    @Override
    public boolean isReconnect() {
      return false;
    }

    @Override
    public JDA getJDA() {
      throw new UnsupportedOperationException("no bot behind it");
    }

    @Override
    public JDA.ShardInfo getShardInfo() {
      return shard;
    }

    @Override
    public void run(boolean isLast) {
      turn.countDown();
    }
  }

  static Pacer discord4j(int buckets, Duration interval) {
    var operator = new RateLimitOperator<Long>(1, interval, Schedulers.parallel());
    return shard -> {
      try {
        Flux.from(operator.apply(Mono.just(shard))).blockFirst();
      } catch (RuntimeException e) {
        throw interruptOf(e);
      }
    };
  }

  /**
   * Kord counts its five seconds, a constant, from the answer to the identify: here an invalid
   * session, which comes at once.
   */
  static Pacer kord(int buckets, Duration interval) {
    IdentifyRateLimiter limiter =
        IdentifyRateLimiterKt.IdentifyRateLimiter(buckets, Dispatchers.getDefault());
    return shard -> {
      MutableSharedFlow<Event> events =
          SharedFlowKt.MutableSharedFlow(0, 1, BufferOverflow.SUSPEND);
      BuildersKt.<Unit>runBlocking(
          EmptyCoroutineContext.INSTANCE,
          (scope, continuation) -> limiter.consume((int) shard, events, continuation));
      if (!events.tryEmit(new InvalidSession(false))) {
        throw new IllegalStateException("nobody took the answer to the identify");
      }
    };
  }

  static Pacer javacord(int buckets, Duration interval) {
    var limiter = new LocalRatelimiter(1, interval);
    return shard -> limiter.requestQuota();
  }

  static Pacer guava(int buckets, Duration interval) {
    RateLimiter limiter = RateLimiter.create(1e9 / interval.toNanos());
    return shard -> limiter.acquire();
  }

  static Pacer bucket4j(int buckets, Duration interval) {
    BlockingBucket bucket =
        Bucket.builder()
            .addLimit(limit -> limit.capacity(1).refillGreedy(1, interval))
            .build()
            .asBlocking();
    return shard -> bucket.consume(1);
  }

  static Pacer resilience4j(int buckets, Duration interval) {
    var limiter =
        io.github.resilience4j.ratelimiter.RateLimiter.of(
            "shards",
            RateLimiterConfig.custom()
                .limitForPeriod(1)
                .limitRefreshPeriod(interval)
                .timeoutDuration(Duration.ofDays(10_000))
                .build());
    return shard -> {
      if (!limiter.acquirePermission()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        throw new IllegalStateException("no permission, and no interrupt");
      }
    };
  }

  static Pacer failsafe(int buckets, Duration interval) {
    var limiter = dev.failsafe.RateLimiter.smoothBuilder(interval).build();
    return shard -> limiter.acquirePermit();
  }

  /** Its rates are per millisecond or slower. All pacers of a process share one Redis. */
  static Pacer redisson(int buckets, Duration interval) {
    RRateLimiter limiter = client().getRateLimiter(OverRedis.newNamespace());
    if (!limiter.trySetRate(RateType.OVERALL, 1, interval)) {
      throw new IllegalStateException("the rate was set already");
    }
    return new Pacer() {
      @Override
      public void acquire(long shard) throws InterruptedException {
        try {
          limiter.acquire();
        } catch (RuntimeException e) {
          throw interruptOf(e);
        }
      }

      @Override
      public void close() {
        limiter.delete();
      }
    };
  }

  private static synchronized RedissonClient client() {
    RedissonClient client = redisson;
    if (client == null) {
      Config config = new Config();
      config.useSingleServer().setAddress(OverRedis.uri().toString());
      client = Redisson.create(config);
      redisson = client;
    }
    return client;
  }

  /** Stops the Redis of this process, if there is one. */
  static synchronized void stopRedis() {
    RedissonClient client = redisson;
    redisson = null;
    if (client != null) {
      client.shutdown();
    }
    OverRedis.stop();
  }

  /** Returns the interrupt that a library has wrapped, or throws what it was. */
  static InterruptedException interruptOf(RuntimeException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException) {
        Thread.interrupted();
        var interrupt = new InterruptedException();
        interrupt.initCause(thrown);
        return interrupt;
      }
    }
    if (Thread.interrupted()) {
      var interrupt = new InterruptedException();
      interrupt.initCause(thrown);
      return interrupt;
    }
    throw thrown;
  }
}
