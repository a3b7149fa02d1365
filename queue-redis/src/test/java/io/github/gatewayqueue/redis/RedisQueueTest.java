package io.github.gatewayqueue.redis;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

class RedisQueueTest extends RedisTestBase {
  private static final Duration INTERVAL = Duration.ofMillis(100);

  RedisQueueTest() {
    super(INTERVAL);
  }

  private static void release(RedisQueue queue) throws InterruptedException {
    Asking.of(queue, 0, 1).awaitReturn();
  }

  @Test
  void request_ofSeveralQueues_areReleasedInOneOrder() throws Exception {
    RedisQueue a = open(builder());
    RedisQueue b = open(builder());
    long start = System.nanoTime();
    release(a);
    List<Asking> requests = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      requests.add(Requests.inLine(i % 3 == 0 ? a : b, 0, 1));
    }
    long last = Requests.awaitInOrder(requests)[requests.size() - 1];
    assertTrue(last - start >= INTERVAL.toNanos() * requests.size());
  }

  @Test
  void request_behindAnotherQueuesInterrupted_waitsForNoneOfThem() throws Exception {
    Duration interval = Duration.ofSeconds(2); // times 500: that would be for ever
    RedisQueue a = open(builder().interval(interval));
    RedisQueue b = open(builder().interval(interval));
    release(a);
    List<Asking> interrupted = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      interrupted.add(Asking.of(a, 0, 1));
    }
    Await.until(() -> a.waiting() + ended(interrupted) == 500);
    Asking last = Requests.inLine(b, 0, 1);
    interrupted.forEach(Asking::interrupt);
    last.awaitReturn();
    assertEquals(0, a.waiting());
    assertEquals(0, b.waiting());
  }

  @Test
  void close_whileItsRequestsAreFirst_letsOtherQueuesGoOn() throws Exception {
    RedisQueue a = open(builder());
    RedisQueue b = open(builder());
    release(a);
    Asking first = Requests.inLine(a, 0, 1);
    for (int i = 0; i < 50; i++) {
      Requests.inLine(a, 0, 1);
    }
    Asking last = Requests.inLine(b, 0, 1);
    a.close();
    last.awaitReturn();
    first.thrown(); // or it was released before
  }

  /** In shutdown code, the thread often is interrupted. */
  @Test
  void close_interrupted_givesUpTheLeaseAllTheSame() throws Exception {
    RedisQueue queue = open(builder().interval(NEVER));
    release(queue);
    Asking waiting = Requests.inLine(queue, 0, 1);
    Thread.currentThread().interrupt();
    queue.close();
    assertTrue(Thread.interrupted());
    assertEquals(0, leases());
    assertEquals(
        "the queue was closed while this request waited",
        waiting.awaitThrown(GatewayQueueException.class).getMessage());
    var thrown = assertThrows(IllegalStateException.class, () -> queue.request(0, 1));
    assertEquals("the queue is closed", thrown.getMessage());
  }

  @Test
  void request_inColdStore_waitsForTheStartDelay() throws Exception {
    long start = System.nanoTime(); // first: the queue talks to the store at once
    RedisQueue queue = open(builder().startDelay(Duration.ofMillis(500)));
    release(queue);
    assertTrue(System.nanoTime() - start >= Duration.ofMillis(500).toNanos());
  }

  @Test
  void request_inAnotherProcessThanTheOneBefore_waitsForAnInterval() throws Exception {
    release(open(builder()));
    long start = System.nanoTime();
    release(open(builder()));
    assertTrue(System.nanoTime() - start >= INTERVAL.toNanos());
  }

  @Test
  void request_behindOneOfALongerInterval_waitsForThat() throws Exception {
    RedisQueue slow = open(builder().interval(Duration.ofMillis(600)));
    RedisQueue fast = open(builder().interval(Duration.ofMillis(1)));
    List<Asking> requests = List.of(Requests.inLine(slow, 0, 1), Requests.inLine(fast, 0, 1));
    Requests.awaitInOrder(requests);
    Requests.assertSpaced(Duration.ofMillis(600), requests);
  }

  @Test
  void request_inOtherNamespace_waitsForNobody() throws Exception {
    RedisQueue queue = open(builder().interval(NEVER));
    release(queue);
    Requests.inLine(queue, 0, 1);
    namespace = RedisProcess.newNamespace();
    release(open(builder().interval(NEVER)));
  }

  /** The lines are gone, but not the requests: they have their old order among each other. */
  @Test
  void request_whileStoreIsWiped_isReleasedInOrderAfterAStartDelay() throws Exception {
    Duration delay = Duration.ofMillis(700);
    Duration lease = Duration.ofMillis(900);
    RedisQueue a = open(builder().startDelay(delay).lease(lease));
    RedisQueue b = open(builder().startDelay(delay).lease(lease));
    release(a);
    Duration never = Duration.ofDays(1);
    var settings =
        new RedisQueueSettings(namespace, INTERVAL, delay, never, never, never, 0, false, false);
    new Participant(client, "first", settings, false).join(0); // nobody passes it before the wipe
    List<Asking> requests = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      requests.add(Requests.inLine(i % 2 == 0 ? a : b, 0, 1));
    }
    long wiping = System.nanoTime();
    client.flushAll();
    for (long end : Requests.awaitInOrder(requests)) {
      assertTrue(end - wiping >= delay.toNanos(), "a start delay after the wipe");
    }
  }

  @Test
  void request_keyOfWrongType_failsAndWorksWhenItIsGone() throws Exception {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      client.set(key("state"), "something else");
      RedisQueue queue = open(builder());
      var thrown = assertThrows(GatewayQueueException.class, () -> queue.request(0, 1));
      assertTrue(String.valueOf(thrown.getMessage()).contains("WRONGTYPE"), thrown.toString());
      var unseen = assertThrows(IOException.class, queue::snapshot);
      assertTrue(
          String.valueOf(unseen.getMessage())
              .startsWith("cannot look how the queue stands: WRONGTYPE"),
          unseen.toString());
      client.del(key("state"));
      release(queue);
      assertEquals(2, log.lines().size(), log.lines().toString());
    }
  }

  @Test
  void request_shardThatStartsAgainAndAgain_isHeldBackUntilItIsInterruptedOrTheQueueIsClosed()
      throws Exception {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      RedisQueue queue = open(builder().brake(Brake.ON));
      for (int i = 0; i < 4; i++) {
        queue.request(0, 2);
      }
      Asking first = Asking.of(queue, 0, 2);
      Await.until(() -> log.lines().toString().contains("shard 0 of 2 starts again and again"));
      assertTrue(log.lines().toString().contains("4 times so far: it waits 5 s"));
      queue.request(1, 2); // another shard
      assertEquals(0, queue.waiting());
      List<QueueSnapshot.Pause> pauses = queue.snapshot().queue().pauses();
      assertEquals(1, pauses.size());
      assertEquals(0, pauses.getFirst().shard());
      assertEquals(4, pauses.getFirst().starts());
      assertEquals(List.of(), open(builder()).snapshot().queue().pauses(), "of another process");
      first.interrupt();
      first.awaitThrown(InterruptedException.class);
      Await.until(() -> queue.snapshot().queue().pauses().isEmpty());
      Asking second = Asking.of(queue, 0, 2);
      Await.until(() -> second.thread.getState() == Thread.State.WAITING);
      queue.close();
      second.awaitThrown(GatewayQueueException.class);
    }
  }

  @Test
  void request_processOfAnotherVersionHasALease_waitsUntilThatHasGone() throws Exception {
    client.hset(key("state"), "version", "2");
    client.zadd(key("leases"), Double.MAX_VALUE, "other");
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      RedisQueue queue = open(builder());
      Asking waiting = Asking.of(queue, 0, 1);
      Await.until(() -> log.lines().toString().contains("of protocol version 2"));
      assertEquals("2", client.hget(key("state"), "version"));
      assertFalse(waiting.ended());
      client.zrem(key("leases"), "other");
      waiting.awaitReturn();
      assertEquals("3", client.hget(key("state"), "version"));
      assertEquals(2, log.lines().size(), log.lines().toString());
    }
  }

  @Test
  void request_wrongPassword_fails() throws Exception {
    setUser("someone", "on", ">right", "~*", "&*", "+@all");
    RedisQueue queue =
        open(
            RedisQueue.builder(redis.uri("someone", "wrong-one"))
                .namespace(namespace)
                .startDelay(Duration.ZERO));
    var thrown = assertThrows(GatewayQueueException.class, () -> queue.request(0, 1));
    assertTrue(
        String.valueOf(thrown.getMessage()).startsWith("the store refuses this queue: WRONGPASS"),
        thrown.toString());
    assertFalse(thrown.toString().contains("wrong-one"), thrown.toString());
    setUser("someone", "resetpass", ">wrong-one");
    release(queue);
  }

  /** The list of what a user needs, in docs/redis-protocol.md. */
  @Test
  void request_byUserWithLeastPermissions_isReleased() throws Exception {
    setUser("least", permissions(""));
    RedisQueue queue =
        open(
            RedisQueue.builder(redis.uri("least", "right"))
                .namespace(namespace)
                .interval(INTERVAL)
                .startDelay(Duration.ZERO));
    release(queue);
    release(queue);
    Await.until(() -> client.publish(key("news"), "anything") == 1);
  }

  private String[] permissions(String missing) throws IOException {
    List<String> rules = new ArrayList<>(List.of("reset", "on", ">right"));
    rules.addAll(List.of("~" + key("*"), "&" + key("news")));
    ProtocolPage.commands().stream()
        .filter(command -> !command.equals(missing))
        .forEach(command -> rules.add("+" + command));
    return rules.toArray(String[]::new);
  }

  /** Whatever is missing: nobody waits for ever for a permission that is not there. */
  @Test
  void request_byUserWithoutOnePermission_isReleasedOrFails() throws Exception {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      requestWithoutOnePermission();
      String deaf =
          "WARNING: cannot subscribe to the notifications of the store, requests fail: NOPERM";
      assertTrue(log.lines().toString().contains(deaf), log.lines().toString());
    }
  }

  private void requestWithoutOnePermission() throws Exception {
    Set<String> failed = new HashSet<>();
    for (String missing : ProtocolPage.commands()) {
      namespace = RedisProcess.newNamespace();
      setUser("less", permissions(missing));
      RedisQueue queue =
          open(
              RedisQueue.builder(redis.uri("less", "right"))
                  .namespace(namespace)
                  .interval(INTERVAL)
                  .lease(Duration.ofMillis(900)) // with some missing, only renewing it helps
                  .startDelay(Duration.ZERO));
      List<Asking> requests = List.of(Asking.of(queue, 0, 1), Asking.of(queue, 0, 1));
      Await.until(() -> requests.stream().allMatch(Asking::ended));
      for (Asking request : requests) {
        if (request.thrown() != null) {
          request.awaitThrown(GatewayQueueException.class);
          failed.add(missing);
        }
      }
    }
    List.of("evalsha", "time", "info", "publish", "hset", "zadd")
        .forEach(command -> assertTrue(failed.contains(command), command));
  }

  /** Some that are sold as a service, or stand behind a proxy. */
  @Test
  void request_serverDoesNotTellWhoItIs_isReleased() throws Exception {
    try (RedisProcess silent = RedisProcess.begin("rename-command INFO \"\"");
        RedisQueue queue =
            RedisQueue.builder(silent.uri()).interval(INTERVAL).startDelay(Duration.ZERO).build()) {
      release(queue);
      release(queue);
      try (Jedis jedis = silent.connect()) {
        assertEquals("unknown", jedis.hget("{gateway-queue}:state", "run"));
      }
    }
  }

  private void setUser(String name, String... rules) {
    try (Jedis jedis = new Jedis(redis.uri())) {
      jedis.aclSetUser(name, rules);
    }
  }

  @Test
  void snapshot_ofSeveralQueues_tellsTheWholeLineAndOwnPlaces() throws Exception {
    RedisQueue a = open(builder().interval(NEVER));
    RedisQueue b = open(builder().interval(NEVER));
    Instant before = Instant.now();
    assertNull(a.snapshot().queue().buckets().getFirst().lastRelease());
    release(a);
    Requests.inLine(a, 0, 1);
    Requests.inLine(b, 0, 1);
    Requests.inLine(a, 0, 1);
    RedisQueueSnapshot snapshot = a.snapshot();
    var bucket = snapshot.queue().buckets().getFirst();
    assertEquals(3, bucket.waiting());
    assertTrue(requireNonNull(bucket.lastRelease()).isAfter(before.minusSeconds(1)));
    assertTrue(requireNonNull(bucket.nextRelease()).isAfter(before.plus(NEVER.dividedBy(2))));
    assertEquals(List.of(), bucket.holds());
    assertEquals(List.of(1, 3), snapshot.places().stream().map(place -> place.position()).toList());
    assertEquals(
        List.of(2), b.snapshot().places().stream().map(place -> place.position()).toList());
    assertEquals(Optional.empty(), snapshot.queue().limit());
  }

  /** The store is asked for some hundreds at a time. */
  @Test
  void snapshot_ofMoreThanAThousandPlaces_hasAllOfThem() throws Exception {
    RedisQueue queue = open(builder().interval(NEVER));
    release(queue);
    List<Asking> requests = new ArrayList<>();
    for (int i = 0; i < 1_200; i++) {
      requests.add(Asking.of(queue, 0, 1));
    }
    Await.until(() -> queue.waiting() == 1_200);
    List<Integer> positions =
        queue.snapshot().places().stream().map(place -> place.position()).toList();
    assertEquals(IntStream.rangeClosed(1, 1_200).boxed().toList(), positions);
    requests.forEach(Asking::interrupt);
  }

  @Test
  void snapshot_whileAStartIsHeld_showsItsShard() throws Exception {
    RedisQueue queue = open(builder());
    RedisQueue other = open(builder());
    Instant before = Instant.now();
    SessionStart start = queue.acquire(3, 7);
    var bucket = other.snapshot().queue().buckets().getFirst();
    assertEquals(List.of(3L), bucket.holds().stream().map(hold -> hold.shard()).toList());
    assertTrue(bucket.holds().getFirst().since().isAfter(before.minusSeconds(1)));
    assertNull(bucket.nextRelease());
    start.cancel();
    Await.until(() -> other.snapshot().queue().buckets().getFirst().holds().isEmpty());
  }

  @Test
  void toString_andLimit_tellWhatIsKnown() throws Exception {
    RedisQueue queue = open(builder().interval(NEVER));
    release(queue);
    Requests.inLine(queue, 0, 1);
    assertEquals(
        "RedisQueue[namespace=" + namespace + ", interval=PT1H, waiting=1]", queue.toString());
    assertEquals(Optional.empty(), queue.limit());
  }
}
