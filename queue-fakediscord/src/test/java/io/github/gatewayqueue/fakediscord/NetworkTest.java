package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that takes time, on real sockets. */
class NetworkTest {
  private static final Duration ROUND_TRIP = Duration.ofMillis(200);

  /** Half of it is longer than a test stands still. */
  private static final Duration LONG = Duration.ofSeconds(4);

  private final FakeDiscord discord =
      FakeDiscord.builder().maxConcurrency(16).roundTrip(ROUND_TRIP).start();

  @AfterEach
  void close() {
    discord.close();
  }

  /** Fails if less than so many halves of a round trip have passed since. */
  private static void assertHalvesSince(int halves, long sinceNanos, long nowNanos) {
    assertTrue(
        nowNanos - sinceNanos >= halves * ROUND_TRIP.toNanos() / 2,
        () -> halves + " halves in " + Duration.ofNanos(nowNanos - sinceNanos));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "compress=zlib-stream"})
  void identify_isJudgedHalfARoundTripLater_andAnsweredAfterAWholeOne(String query)
      throws InterruptedException {
    long connectedNanos = System.nanoTime();
    try (var client = GatewayClient.connect(discord, query)) {
      client.hello();
      long identifiedNanos = System.nanoTime();
      assertHalvesSince(2, connectedNanos, identifiedNanos);
      client.identify(0, 1);
      client.ready();
      assertHalvesSince(2, identifiedNanos, System.nanoTime());
      assertHalvesSince(1, identifiedNanos, discord.identifies().getFirst().nanoTime());
    }
  }

  @Test
  void rest_isAnsweredAfterARoundTrip_withWhatWasTrueHalfWay()
      throws IOException, InterruptedException {
    long beforeNanos = System.nanoTime();
    assertEquals(1000, RestClient.limit(discord).getInteger("remaining"));
    assertHalvesSince(2, beforeNanos, System.nanoTime());
    discord.faults().failRest(RestFault.status(503));
    beforeNanos = System.nanoTime();
    assertEquals(503, RestClient.askLimit(discord).statusCode());
    assertHalvesSince(2, beforeNanos, System.nanoTime());
  }

  @Test
  void handshake_refused_takesARoundTrip() {
    long beforeNanos = System.nanoTime();
    var refused =
        assertThrows(
            CompletionException.class, () -> GatewayClient.connect(discord, "encoding=etf"));
    assertTrue(refused.getCause() instanceof WebSocketHandshakeException, refused::toString);
    assertHalvesSince(2, beforeNanos, System.nanoTime());
  }

  @Test
  void jitter_messagesOfASocket_keepTheirOrder() throws InterruptedException {
    discord.setRoundTrip(Duration.ZERO);
    discord.setJitter(Duration.ofMillis(50));
    try (var client = GatewayClient.connect(discord)) {
      client.hello();
      List<Integer> expected = new ArrayList<>(Collections.nCopies(20, 11));
      expected.set(7, 0);
      for (int op : expected) {
        if (op == 11) {
          client.send(1, null);
        } else {
          client.identify(0, 1);
        }
      }
      for (int op : expected) {
        client.next(op);
      }
    }
  }

  @Test
  void setRoundTrip_zero_isFastAgain() throws InterruptedException {
    discord.setRoundTrip(Duration.ofHours(1));
    discord.setRoundTrip(Duration.ZERO);
    try (var client = GatewayClient.connect(discord)) {
      client.start(0, 1);
      client.heartbeat();
    }
  }

  @Test
  void close_byTheClient_comesBehindItsIdentify() throws InterruptedException {
    try (var client = GatewayClient.connect(discord)) {
      client.hello();
      client.identify(0, 1);
      client.close(1000);
    }
    Await.until(() -> discord.openSockets() == 0);
    assertEquals(1, discord.score().count(Verdict.ACCEPTED));
  }

  /** Returns while READY is under way, which takes a while. */
  private void identifyAWayOff(GatewayClient client) throws InterruptedException {
    client.hello();
    discord.setRoundTrip(LONG); // what is under way is so for a while
    client.identify(0, 1);
    Await.until(() -> discord.identifies().size() == 1);
  }

  @Test
  void closeSockets_comesBehindReady_andEndsWhatIsUnderWayToThis() throws InterruptedException {
    try (var client = GatewayClient.connect(discord)) {
      identifyAWayOff(client);
      client.identify(0, 1); // would be closed with 4005
      discord.closeSockets(4000, "on purpose");
      client.ready();
      assertEquals(4000, client.closeCode());
    }
  }

  @Test
  void dropSockets_answersUnderWay_areLost() throws InterruptedException {
    try (var client = GatewayClient.connect(discord)) {
      identifyAWayOff(client);
      discord.dropSockets();
      assertEquals(GatewayClient.LOST, client.closeCode());
      assertFalse(client.hasMessage());
    }
    discord.setRoundTrip(ROUND_TRIP);
    try (var client = GatewayClient.connect(discord)) {
      client.hello();
      client.heartbeat();
    }
  }

  @Test
  void helloLate_comesAfterItsDelayAndARoundTrip() throws InterruptedException {
    Duration delay = Duration.ofMillis(300);
    discord.faults().delayHello(delay);
    long beforeNanos = System.nanoTime();
    try (var client = GatewayClient.connect(discord)) {
      client.identify(0, 1);
      client.hello();
      assertHalvesSince(2, beforeNanos, System.nanoTime() - delay.toNanos());
      client.ready();
      assertHalvesSince(
          1, beforeNanos, discord.identifies().getFirst().nanoTime() - delay.toNanos());
    }
  }
}
