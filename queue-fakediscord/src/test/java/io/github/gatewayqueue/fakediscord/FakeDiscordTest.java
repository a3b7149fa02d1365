package io.github.gatewayqueue.fakediscord;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class FakeDiscordTest {

  private static void assertRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void builder_outOfRange_isRefusedByName() {
    Supplier<FakeDiscord.Builder> builder = FakeDiscord::builder;
    assertRefused("port is -1, expected 0 to 65535", () -> builder.get().port(-1));
    assertRefused("port is 65536, expected 0 to 65535", () -> builder.get().port(65536));
    assertRefused("total is -1, expected at least 0", () -> builder.get().total(-1));
    assertRefused("remaining is -1, expected at least 0", () -> builder.get().remaining(-1));
    assertRefused(
        "remaining is 1001, expected 0 to 1000", () -> builder.get().remaining(1001).start());
    assertRefused(
        "maxConcurrency is 0, expected at least 1", () -> builder.get().maxConcurrency(0));
    assertRefused("shards is 0, expected at least 1", () -> builder.get().shards(0));
    assertRefused(
        "identifyInterval is 0 s, expected more than 0 and at most 36500 days",
        () -> builder.get().identifyInterval(Duration.ZERO));
    assertRefused(
        "window is -1 s, expected more than 0 and at most 36500 days",
        () -> builder.get().window(Duration.ofSeconds(-1)));
    assertRefused(
        "resetAfter is 876001 h, expected at least 0 and at most 36500 days",
        () -> builder.get().resetAfter(Duration.ofHours(36_500 * 24 + 1)));
    assertRefused(
        "heartbeatInterval is 0.001 ms, expected at least 1 ms",
        () -> builder.get().heartbeatInterval(Duration.ofNanos(1000)));
    assertRefused(
        "countLag is -1 s, expected at least 0 and at most 36500 days",
        () -> builder.get().countLag(Duration.ofSeconds(-1)));
    assertRefused(
        "roundTrip is -1 s, expected at least 0 and at most 36500 days",
        () -> builder.get().roundTrip(Duration.ofSeconds(-1)));
    assertRefused(
        "jitter is 876001 h, expected at least 0 and at most 36500 days",
        () -> builder.get().jitter(Duration.ofHours(36_500 * 24 + 1)));
    assertRefused(
        "the token is blank, expected one with characters in it", () -> builder.get().token(" "));
  }

  @Test
  void setters_outOfRange_areRefusedByName() {
    try (var discord = FakeDiscord.builder().start()) {
      assertRefused("total is -1, expected at least 0", () -> discord.setTotal(-1));
      assertRefused("remaining is 1001, expected 0 to 1000", () -> discord.setRemaining(1001));
      assertRefused("maxConcurrency is 0, expected at least 1", () -> discord.setMaxConcurrency(0));
      assertRefused(
          "resetAfter is -1 s, expected at least 0 and at most 36500 days",
          () -> discord.setResetAfter(Duration.ofSeconds(-1)));
      assertRefused(
          "countLag is -1 s, expected at least 0 and at most 36500 days",
          () -> discord.setCountLag(Duration.ofSeconds(-1)));
      Faults faults = discord.faults();
      assertRefused(
          "times is -1, expected at least 0", () -> faults.endSessions(Duration.ZERO, 4000, -1));
      assertRefused(
          "code is 1005, expected 3000 to 4999", () -> faults.endSessions(Duration.ZERO, 1005, 1));
      assertRefused(
          "afterReady is -1 s, expected at least 0 and at most 36500 days",
          () -> faults.endSessions(Duration.ofSeconds(-1), 4000, 1));
      assertRefused("starts is 0, expected at least 1", () -> discord.startElsewhere(0));
      assertRefused(
          "roundTrip is -1 s, expected at least 0 and at most 36500 days",
          () -> discord.setRoundTrip(Duration.ofSeconds(-1)));
      assertRefused(
          "jitter is -1 s, expected at least 0 and at most 36500 days",
          () -> discord.setJitter(Duration.ofSeconds(-1)));
      assertRefused(
          "times is -1, expected at least 0", () -> discord.faults().invalidateIdentifies(-1));
    }
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void null_isRefused() {
    try (var discord = FakeDiscord.builder().start()) {
      List<Executable> calls =
          List.of(
              () -> FakeDiscord.builder().token(null),
              () -> FakeDiscord.builder().resetAfter(null),
              () -> FakeDiscord.builder().identifyInterval(null),
              () -> FakeDiscord.builder().countLag(null),
              () -> FakeDiscord.builder().roundTrip(null),
              () -> FakeDiscord.builder().jitter(null),
              () -> FakeDiscord.builder().onIdentify(null),
              () -> discord.setCountLag(null),
              () -> discord.setRoundTrip(null),
              () -> discord.setJitter(null),
              () -> discord.setToken(null),
              () -> discord.setResetAfter(null),
              () -> discord.startOutage(null),
              () -> discord.closeSockets(4000, null),
              () -> discord.faults().failRest(null),
              () -> discord.faults().delaySockets(null, 1),
              () -> discord.faults().delayHello(null),
              () -> discord.faults().delayHello(Duration.ZERO, null),
              () -> discord.faults().delayReady(null),
              () -> discord.faults().endSessions(null, 4000, 1),
              () -> RestFault.body(200, null),
              () -> RestFault.missing(null),
              () -> RestFault.delayed(null),
              () -> RestFault.rateLimited(null));
      calls.forEach(call -> assertThrows(NullPointerException.class, call));
    }
  }

  @Test
  void start_portTaken_saysWhich() {
    try (var first = FakeDiscord.builder().start()) {
      int port = first.restUri().getPort();
      var thrown =
          assertThrows(UncheckedIOException.class, () -> FakeDiscord.builder().port(port).start());
      assertTrue(
          String.valueOf(thrown.getMessage())
              .startsWith("cannot listen on 127.0.0.1:%s: ".formatted(port)),
          thrown.getMessage());
    }
  }

  @Test
  void uris_areOnLoopback() {
    try (var discord = FakeDiscord.builder().start()) {
      int port = discord.restUri().getPort();
      assertTrue(port > 0);
      assertEquals(URI.create("http://127.0.0.1:" + port + "/api/v10"), discord.restUri());
      assertEquals(URI.create("ws://127.0.0.1:" + port), discord.gatewayUri());
      assertEquals(URI.create("http://127.0.0.1:" + port + "/fakediscord"), discord.adminUri());
    }
  }

  @Test
  void close_twice_losesSocketsAndKeepsTheScore() throws InterruptedException {
    var discord = FakeDiscord.builder().start();
    try (var client = GatewayClient.connect(discord)) {
      client.start(0, 1);
      discord.close();
      discord.close();
      client.closeCode();
    }
    assertThrows(ConnectException.class, () -> RestClient.askLimit(discord));
    assertEquals(1, discord.score().identifies());
    var thrown = assertThrows(IllegalStateException.class, discord::dropSockets);
    assertEquals("this FakeDiscord is closed", thrown.getMessage());
    assertThrows(IllegalStateException.class, discord::endOutage);
  }

  @Test
  void toString_saysWhereAndHow_withoutTheToken() {
    try (var discord = FakeDiscord.builder().token("very-secret").start()) {
      String text = discord.toString();
      assertTrue(text.startsWith("FakeDiscord at http://127.0.0.1:"), text);
      assertTrue(text.contains("0 identifies"), text);
      assertFalse(text.contains("very-secret"), text);
    }
  }

  @Test
  void identify_manyAtOnceFromManyThreads_exactlyOnePerBucketIsAccepted() throws Exception {
    int buckets = 100;
    int sockets = 400;
    try (var discord =
            FakeDiscord.builder()
                .maxConcurrency(buckets)
                .identifyInterval(Duration.ofMinutes(10))
                .start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new CountDownLatch(sockets);
      List<Future<Integer>> answers = new ArrayList<>();
      for (int shard = 0; shard < sockets; shard++) {
        int id = shard;
        answers.add(threads.submit(() -> answer(discord, id, sockets, all)));
      }
      int ready = 0;
      for (Future<Integer> answer : answers) {
        ready += answer.get() == 0 ? 1 : 0;
      }
      assertEquals(buckets, ready);
      assertEquals(buckets, discord.score().count(Verdict.ACCEPTED));
      assertEquals(sockets - buckets, discord.score().count(Verdict.TOO_EARLY));
      assertEquals(1000 - sockets, discord.score().remaining());
      assertInOrderOfTime(discord.identifies());
    }
  }

  /** The op of the answer to an IDENTIFY that is sent when every other client is connected too. */
  private static int answer(FakeDiscord discord, int id, int total, CountDownLatch all)
      throws InterruptedException {
    try (var client = GatewayClient.connect(discord, "compress=zlib-stream")) {
      client.hello();
      all.countDown();
      all.await();
      client.identify(id, total);
      return client.next().getInteger("op");
    }
  }

  private static void assertInOrderOfTime(List<Identify> identifies) {
    for (int i = 1; i < identifies.size(); i++) {
      assertTrue(identifies.get(i).nanoTime() - identifies.get(i - 1).nanoTime() >= 0);
    }
  }

  @Test
  void module_exportsItsOnePackage() {
    var descriptor = FakeDiscord.class.getModule().getDescriptor();
    assertEquals(
        Set.of("io.github.gatewayqueue.fakediscord"),
        descriptor.exports().stream().map(ModuleDescriptor.Exports::source).collect(toSet()));
  }
}
