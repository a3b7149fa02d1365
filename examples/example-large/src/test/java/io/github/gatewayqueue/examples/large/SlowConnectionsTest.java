package io.github.gatewayqueue.examples.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.testsupport.Thorough;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Shards behind a network that takes time, whose HELLO is late, on a machine that is busy. */
class SlowConnectionsTest {
  private static final String TOKEN = FakeDiscord.DEFAULT_TOKEN;
  private static final int BUCKETS = 16;

  /** The gaps between the IDENTIFYs of a bucket, over all buckets, are the rounds: 112. */
  private static final int SHARDS = 8 * BUCKETS;

  private static final int MAX_HELLO_DELAY_MILLIS = 3000;
  private static final int BUSY_THREADS = 20;

  /** Takes a start that is held already. */
  private static GatewayQueue holding(SessionStart start) {
    return new GatewayQueue() {
      @Override
      public void request(long id, long total) {
        throw new UnsupportedOperationException("a shard acquires");
      }

      @Override
      public SessionStart acquire(long id, long total) {
        return start;
      }
    };
  }

  @Test
  @Thorough(
      "At the real interval, for a minute; LargeBotTest starts shards on loopback, where HELLO comes at"
          + " once.")
  void start_helloUpTo3SLateAndThreadsBusy_noneOf112IsTooEarly() throws Exception {
    warmUp();
    var busy = new BusyThreads();
    try (FakeDiscord discord =
        FakeDiscord.builder()
            .maxConcurrency(BUCKETS)
            .shards(SHARDS)
            .roundTrip(Duration.ofMillis(100))
            .jitter(Duration.ofMillis(50))
            .start()) {
      LargeBotQueue queue =
          LargeBotQueue.builder(
                  DiscordSessionStartLimitSource.builder(TOKEN).baseUrl(discord.restUri()).build())
              .build();
      startAll(discord, queue);
      Score score = discord.score();
      assertEquals(SHARDS, score.count(Verdict.ACCEPTED), score::toString);
      assertEquals(SHARDS, score.identifies(), score::toString);
      assertTrue(score.isClean(), score::toString);
      score
          .smallestGaps()
          .forEach((bucket, gap) ->
              assertTrue(gap.compareTo(Duration.ofSeconds(5)) >= 0, score::toString));
    } finally {
      busy.end();
    }
  }

  /**
   * Has all classes loaded: a Discord that loads them for seconds beside busy threads judges what
   * arrives meanwhile seconds late, which no real one does.
   */
  private static void warmUp() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (FakeDiscord discord =
          FakeDiscord.builder()
              .maxConcurrency(BUCKETS)
              .identifyInterval(Duration.ofNanos(1))
              .start()) {
        new Bot(discord.gatewayUri(), TOKEN, (id, total) -> {}, 64, shard -> {}).start();
      }
    }
  }

  private static void startAll(FakeDiscord discord, GatewayQueue queue) throws Exception {
    var random = new Random(16);
    HttpClient client = HttpClient.newHttpClient();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> started = new ArrayList<>();
      for (int id = 0; id < SHARDS; id++) {
        int shard = id;
        Duration hello = Duration.ofMillis(random.nextInt(MAX_HELLO_DELAY_MILLIS + 1));
        started.add(
            threads.submit(() -> {
              start(shard, hello, client, discord, queue);
              return null;
            }));
      }
      for (Future<?> one : started) {
        one.get();
      }
    } finally {
      client.shutdownNow(); // close() would wait for the connections to end by themselves
    }
  }

  /**
   * Half of each bucket's shards connect before they wait, as this example does, and half once it
   * is their turn, as libraries do: those hold their start while HELLO is late.
   */
  private static void start(
      int id, Duration helloDelay, HttpClient client, FakeDiscord discord, GatewayQueue queue)
      throws Exception {
    boolean connectsFirst = id / BUCKETS % 2 == 0;
    GatewayQueue its = connectsFirst ? queue : holding(queue.acquire(id, SHARDS));
    discord.faults().delayHello(helloDelay); // or that of another shard that connects just now
    new Shard(id, SHARDS).start(client, discord.gatewayUri(), TOKEN, its);
  }

  /** Threads that never wait. */
  private static final class BusyThreads {
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    BusyThreads() {
      for (int i = 0; i < BUSY_THREADS; i++) {
        threads.add(Thread.ofPlatform().start(this::keepBusy));
      }
    }

    private void keepBusy() {
      while (!over.get()) {
        Thread.onSpinWait();
      }
    }

    void end() throws InterruptedException {
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }
}
