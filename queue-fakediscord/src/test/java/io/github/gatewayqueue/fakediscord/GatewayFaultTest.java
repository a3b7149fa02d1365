package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayFaultTest {
  private final FakeDiscord discord = FakeDiscord.builder().maxConcurrency(64).start();
  private final List<GatewayClient> clients = new ArrayList<>();

  @AfterEach
  void close() {
    clients.forEach(GatewayClient::close);
    discord.close();
  }

  private GatewayClient connect() {
    var client =
        GatewayClient.connect(discord, clients.size() % 2 == 0 ? "v=10" : "compress=zlib-stream");
    clients.add(client);
    return client;
  }

  /** A client with a session, and its id. */
  private record Identified(GatewayClient client, String session) {}

  private Identified identify(int shard) throws InterruptedException {
    GatewayClient client = connect();
    client.hello();
    client.identify(shard, 64);
    return new Identified(client, client.ready().getString("session_id"));
  }

  private List<Identified> identifyMany() throws InterruptedException {
    List<Identified> identified = new ArrayList<>();
    for (int shard = 0; shard < 32; shard++) {
      identified.add(identify(shard));
    }
    return identified;
  }

  @Test
  void delaySockets_nextOnes_areOpenedLate() throws InterruptedException {
    discord.faults().delaySockets(Duration.ofMillis(200), 2);
    long before = System.nanoTime();
    connect().hello();
    connect().hello();
    // The server's timer counts milliseconds.
    assertTrue(System.nanoTime() - before >= Duration.ofMillis(398).toNanos());
    discord.faults().delaySockets(Duration.ofHours(1), 1);
    discord.faults().heal();
    connect().hello();
  }

  @Test
  void delaySockets_clientLeavesMeanwhile_nothingBreaks() throws IOException, InterruptedException {
    discord.faults().delaySockets(Duration.ofMillis(100), 2);
    URI gateway = discord.gatewayUri();
    String handshake =
        """
        GET /?v=10&encoding=json HTTP/1.1\r
        Host: 127.0.0.1\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
        \r
        """;
    try (var left = new Socket(gateway.getHost(), gateway.getPort())) {
      left.getOutputStream().write(handshake.getBytes(StandardCharsets.US_ASCII));
    }
    connect().hello();
    connect().close(1000);
    Await.until(() -> discord.openSockets() == 1);
  }

  /** It is as much of a socket as one that is open. */
  @Test
  void dropSockets_oneIsBeingOpened_isLost() throws InterruptedException {
    discord.faults().delaySockets(Duration.ofHours(1), 1);
    var connecting = CompletableFuture.supplyAsync(() -> GatewayClient.connect(discord));
    Await.until(() -> discord.openingSockets() == 1);
    discord.dropSockets();
    try (GatewayClient client = connecting.join()) { // the JDK's client asks once more by itself
      client.hello();
      Await.until(() -> discord.openingSockets() == 0);
    }
  }

  @Test
  void closeSockets_oneIsBeingOpened_isClosedOnceItIs() throws InterruptedException {
    discord.faults().delaySockets(Duration.ofSeconds(1), 1);
    var connecting = CompletableFuture.supplyAsync(() -> GatewayClient.connect(discord));
    Await.until(() -> discord.openingSockets() + discord.openSockets() == 1);
    discord.closeSockets(4000, "on purpose");
    try (GatewayClient client = connecting.join()) {
      assertEquals(4000, client.closeCode());
    }
  }

  @Test
  void endSessions_socketIsLostBeforeReady_isForTheNextSession() throws InterruptedException {
    discord.faults().delayReady(Duration.ofMillis(200));
    discord.faults().endSessions(Duration.ZERO, 4009, 1);
    GatewayClient client = connect();
    client.hello();
    client.identify(0, 64);
    Await.until(() -> discord.identifies().size() == 1);
    discord.dropSockets();
    assertEquals(GatewayClient.LOST, client.closeCode());
    assertEquals(4009, identify(1).client().closeCode());
  }

  @Test
  void delayHello_isLate() throws InterruptedException {
    discord.faults().delayHello(Duration.ofMillis(200));
    long before = System.nanoTime();
    connect().hello();
    // The server's timer counts milliseconds.
    assertTrue(System.nanoTime() - before >= Duration.ofMillis(199).toNanos());
  }

  @Test
  void delayHello_betweenTwoTimes_isAnotherOnEachSocket() {
    Faults faults = discord.faults();
    Duration shortest = Duration.ofMillis(100);
    faults.delayHello(shortest, Duration.ofMillis(102));
    Set<Duration> delays = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      delays.add(faults.helloDelay());
    }
    assertEquals(Set.of(shortest, shortest.plusMillis(1), shortest.plusMillis(2)), delays);
    var thrown =
        assertThrows(
            IllegalArgumentException.class, () -> faults.delayHello(shortest, Duration.ZERO));
    assertEquals("longest is 0 s, expected at least the shortest, 100 ms", thrown.getMessage());
    Duration afterwards = faults.helloDelay();
    assertTrue(delays.contains(afterwards), () -> "" + afterwards);
  }

  @Test
  void delayHello_earlyIdentify_isJudgedWithHello() throws InterruptedException {
    Duration delay = Duration.ofMillis(300);
    discord.faults().delayHello(delay);
    long before = System.nanoTime();
    GatewayClient client = connect();
    client.identify(0, 1);
    client.hello();
    client.ready();
    assertTrue(discord.identifies().getFirst().nanoTime() - before >= delay.toNanos());
  }

  @Test
  void delayHello_clientLeavesMeanwhile_itsEarlyIdentifyIsNotRead() throws InterruptedException {
    discord.faults().delayHello(Duration.ofMillis(100));
    GatewayClient left = connect();
    left.identify(0, 1);
    left.close(1000);
    connect().hello(); // due after that of the other
    int read = left.hasMessage() ? 1 : 0; // 1 on a machine that stood still: HELLO came first
    assertEquals(read, discord.identifies().size());
    assertEquals(1000 - read, discord.score().remaining());
  }

  @Test
  void delayHello_clientLeavesMeanwhile_nothingBreaks() throws InterruptedException {
    discord.faults().delayHello(Duration.ofMillis(100));
    connect().close(1000);
    connect().close(1000);
    connect().hello();
  }

  @Test
  void withholdHello_sendsNone_butReadsAndAnswers() throws InterruptedException {
    discord.faults().withholdHello();
    GatewayClient client = connect();
    client.heartbeat();
    assertFalse(client.hasMessage());
    discord.faults().heal();
    connect().hello();
  }

  @Test
  void delayReady_isLate() throws InterruptedException {
    discord.faults().delayReady(Duration.ofMillis(200));
    GatewayClient client = connect();
    client.hello();
    long before = System.nanoTime();
    client.identify(0, 1);
    client.ready();
    assertTrue(System.nanoTime() - before >= Duration.ofMillis(199).toNanos());
  }

  @Test
  void delayReady_notYetSent_theSessionCountsAlready() throws InterruptedException {
    discord.faults().delayReady(Duration.ofHours(1));
    GatewayClient client = connect();
    client.hello();
    client.identify(0, 1);
    client.heartbeat();
    assertEquals(1, discord.score().count(Verdict.ACCEPTED));
  }

  @Test
  void withholdReady_sendsNone_butTheSessionCounts() throws InterruptedException {
    discord.faults().withholdReady();
    GatewayClient client = connect();
    client.hello();
    client.identify(0, 1);
    client.heartbeat();
    assertFalse(client.hasMessage());
    assertEquals(1, discord.score().count(Verdict.ACCEPTED));
    discord.faults().heal();
    identify(1);
  }

  @Test
  void invalidateIdentifies_nextOnes_areToldToStartOver() throws InterruptedException {
    discord.faults().invalidateIdentifies(2);
    GatewayClient client = connect();
    client.hello();
    client.identify(0, 64);
    client.next(9);
    client.identify(0, 64);
    client.next(9);
    client.identify(0, 64);
    client.ready();
    assertEquals(2, discord.score().count(Verdict.INVALIDATED));
    assertEquals(997, discord.score().remaining());
    assertEquals(0, discord.score().violations());
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 4009})
  void endSessions_nextOnes_areClosedAfterReady_andNotResumable(int code)
      throws InterruptedException {
    Duration afterReady = Duration.ofMillis(200);
    discord.faults().endSessions(afterReady, code, 1);
    GatewayClient client = connect();
    client.hello();
    long before = System.nanoTime();
    client.identify(0, 64);
    String session = client.ready().getString("session_id");
    assertEquals(code, client.closeCode());
    // The server's timer counts milliseconds.
    assertTrue(System.nanoTime() - before >= afterReady.minusMillis(1).toNanos());
    GatewayClient second = connect();
    second.hello();
    second.resume(session, 1);
    second.next(9);
    identify(1).client().heartbeat();
  }

  @Test
  void endSessions_sessionWasResumed_itsNewSocketIsClosed() throws InterruptedException {
    discord.faults().endSessions(Duration.ofMillis(500), 4009, 1);
    Identified identified = identify(0);
    discord.dropSockets();
    GatewayClient client = connect();
    client.hello();
    client.resume(identified.session(), 1);
    if (client.next().getInteger("op") == 0) { // not so on a machine that stood still meanwhile
      assertEquals(4009, client.closeCode());
    }
  }

  @Test
  void endSessions_atOnce_comesBehindReady_andHealEndsIt() throws InterruptedException {
    discord.faults().endSessions(Duration.ZERO, 4000, 2);
    assertEquals(4000, identify(0).client().closeCode());
    discord.faults().heal();
    identify(1).client().heartbeat();
  }

  @Test
  void heal_endsInvalidation() throws InterruptedException {
    discord.faults().invalidateIdentifies(1);
    discord.faults().heal();
    identify(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 3000, 4000, 4999})
  void closeSockets_allAtOnce_canBeResumed(int code) throws InterruptedException {
    List<Identified> before = identifyMany();
    discord.closeSockets(code, "storm");
    for (Identified identified : before) {
      assertEquals(code, identified.client().closeCode());
    }
    Await.until(() -> discord.openSockets() == 0);
    assertResumable(before);
  }

  @Test
  void dropSockets_areLostWithoutACloseFrame_andCanBeResumed() throws InterruptedException {
    List<Identified> before = identifyMany();
    discord.dropSockets();
    for (Identified identified : before) {
      assertEquals(GatewayClient.LOST, identified.client().closeCode());
    }
    assertResumable(before);
  }

  private void assertResumable(List<Identified> sessions) throws InterruptedException {
    for (Identified identified : sessions) {
      GatewayClient client = connect();
      client.hello();
      client.resume(identified.session(), 1);
      assertEquals("RESUMED", client.next(0).getString("t"));
    }
    assertEquals(sessions.size(), discord.score().resumes());
    assertEquals(sessions.size(), discord.score().identifies());
  }

  @Test
  void forgetSessions_noneCanBeResumed() throws InterruptedException {
    Identified identified = identify(0);
    discord.forgetSessions();
    identified.client().heartbeat();
    GatewayClient client = connect();
    client.hello();
    client.resume(identified.session(), 1);
    client.next(9);
  }

  @Test
  void requestReconnects_isOpSeven() throws InterruptedException {
    Identified identified = identify(0);
    discord.requestReconnects();
    identified.client().next(7);
    identified.client().heartbeat();
  }

  @ParameterizedTest
  @EnumSource
  void startOutage_losesSocketsAndRefusesNewOnes(Outage outage) throws InterruptedException {
    Identified identified = identify(0);
    discord.startOutage(outage);
    assertEquals(GatewayClient.LOST, identified.client().closeCode());
    var refused = assertThrows(CompletionException.class, this::connect);
    assertEquals(outage == Outage.REFUSING, refused.getCause() instanceof ConnectException);
    discord.endOutage();
    assertResumable(List.of(identified));
  }

  @Test
  void closeSockets_codeOrReasonOutOfRange_isRefused() {
    for (int code : List.of(0, 999, 1005, 2999, 5000)) {
      assertThrows(IllegalArgumentException.class, () -> discord.closeSockets(code, ""));
    }
    String reason = "x".repeat(124);
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> discord.closeSockets(4000, reason));
    assertEquals("reason is \"" + reason + "\", expected at most 123 bytes", thrown.getMessage());
  }

  @Test
  void faults_fromTheListener_doNotDeadlock() throws InterruptedException {
    var storming = new AtomicReference<FakeDiscord>();
    try (FakeDiscord reacting =
        FakeDiscord.builder()
            .onIdentify(identify -> {
              FakeDiscord server = storming.get();
              server.startOutage(Outage.HANGING_UP);
              server.endOutage();
              server.forgetSessions();
            })
            .start()) {
      storming.set(reacting);
      try (var client = GatewayClient.connect(reacting)) {
        client.hello();
        client.identify(0, 1);
        assertEquals(GatewayClient.LOST, client.closeCode());
      }
      Await.await()
          .ignoreExceptionsInstanceOf(CompletionException.class)
          .untilAsserted(() -> GatewayClient.connect(reacting).close());
    }
  }
}
