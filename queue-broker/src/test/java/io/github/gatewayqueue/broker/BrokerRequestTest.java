package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.EventReader.Event;
import io.github.gatewayqueue.broker.RawConnection.Answer;
import io.github.gatewayqueue.broker.requests.BrokerTiming;
import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are released, in both forms. */
class BrokerRequestTest extends BrokerTestBase {
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final BrokerTiming OFTEN = Timing.heartbeat(Duration.ofMillis(100));

  @Test
  void request_plain_saysWhoMayGo() throws Exception {
    Broker broker = start(builder());
    Answer answer = ask(broker, 3, 16).readAnswer();
    assertEquals(200, answer.status());
    assertEquals("application/json", answer.header("Content-Type"));
    JsonObject body = new JsonObject(answer.body());
    assertEquals("shard 3 may identify now", body.getString("message"));
    assertEquals(3, body.getLong("shard"));
    assertEquals(16, body.getLong("total"));
    assertEquals(0, body.getInteger("bucket"));
    assertTrue(body.getDouble("waitedMillis") >= 0);
  }

  @Test
  void request_severalPlain_goInOrderAndAnIntervalApart() throws Exception {
    Broker broker = start(builder().interval(INTERVAL));
    List<RawConnection> clients = new ArrayList<>();
    long startNanos = System.nanoTime();
    clients.add(ask(broker, 0, 4));
    clients.getFirst().readAnswer();
    for (int shard = 1; shard < 4; shard++) {
      clients.add(ask(broker, shard, 4));
      awaitAsked(broker, shard + 1); // as the order is that of joining
    }
    for (int shard = 1; shard < 4; shard++) {
      Answer answer = clients.get(shard).readAnswer();
      assertEquals(shard, new JsonObject(answer.body()).getLong("shard"));
    }
    assertTrue(System.nanoTime() - startNanos >= 3 * INTERVAL.toNanos());
    List<Long> recent = new ArrayList<>();
    status(broker)
        .getJsonArray("recent")
        .forEach(release -> recent.add(((JsonObject) release).getLong("shard")));
    assertEquals(List.of(3L, 2L, 1L, 0L), recent);
  }

  @Test
  void request_waits_nothingIsSentBefore() throws Exception {
    Broker broker = startBlocked(builder());
    RawConnection client = ask(broker, 1, 4);
    awaitWaiting(broker, 1);
    assertFalse(client.hasInput());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT"})
  void request_methodThatAsks_isReleased(String method) throws Exception {
    RawConnection client = connect(start(builder()));
    client.send(method + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertEquals(0, new JsonObject(client.readAnswer().body()).getLong("shard"));
  }

  @Test
  void request_sameShardTwice_bothAreReleased() throws Exception {
    Broker broker = start(builder().interval(INTERVAL));
    RawConnection one = ask(broker, 0, 1);
    RawConnection other = ask(broker, 0, 1);
    assertEquals(200, one.readAnswer().status());
    assertEquals(200, other.readAnswer().status());
  }

  @Test
  void request_startDelay_theFirstReleaseWaits() throws Exception {
    long startNanos = System.nanoTime();
    Broker broker = start(Broker.builder().port(0).interval(INTERVAL));
    assertEquals(200, ask(broker, 0, 1).readAnswer().status());
    assertTrue(System.nanoTime() - startNanos >= INTERVAL.toNanos());
    assertEquals(200, ask(broker, 0, 1).readAnswer().status());
    assertTrue(System.nanoTime() - startNanos >= 2 * INTERVAL.toNanos());
  }

  @Test
  void events_waits_headersAtOnceThenPlace() throws Exception {
    EventReader client = events(startBlocked(builder()), "/?shard=1&total=4");
    assertEquals(200, client.response().statusCode());
    assertEquals(
        "text/event-stream", client.response().headers().firstValue("Content-Type").orElse(""));
    assertEquals("no-store", client.response().headers().firstValue("Cache-Control").orElse(""));
    assertEquals("no", client.response().headers().firstValue("X-Accel-Buffering").orElse(""));
    JsonObject waiting = client.expect("waiting").data();
    assertEquals(1, waiting.getInteger("position"));
    assertEquals(4, waiting.getLong("total"));
    assertTrue(waiting.getDouble("expectedMillis") <= LONG.toMillis(), waiting.encode());
  }

  @Test
  void events_released_isToldAndThatIsTheEnd() throws Exception {
    Broker broker = start(builder().interval(INTERVAL));
    ask(broker, 0, 4).readAnswer();
    EventReader client = events(broker, "/?shard=1&total=4");
    JsonObject released = client.expectAfterWaiting("released").data();
    assertEquals(1, released.getLong("shard"));
    assertTrue(
        released.getDouble("waitedMillis") <= released.getDouble("elapsedMillis"),
        released.encode());
    assertNull(client.next());
  }

  @Test
  void events_severalWait_eachIsToldItsPlaceAgain() throws Exception {
    Broker broker = startBlocked(builder().pace(OFTEN));
    List<EventReader> clients = new ArrayList<>();
    for (int shard = 0; shard < 3; shard++) {
      clients.add(events(broker, "/?shard=" + shard + "&total=3"));
      awaitWaiting(broker, shard + 1);
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 3; i++) {
        JsonObject data = clients.get(i).expect("waiting").data();
        assertEquals(i + 1, data.getInteger("position"), data.encode());
        double expected = data.getDouble("expectedMillis");
        assertTrue(expected > LONG.toMillis() * i && expected <= LONG.toMillis() * (i + 1));
      }
    }
  }

  @Test
  void events_waitsForLong_isToldAgainAndAgain() throws Exception {
    assertIsToldAgainAndAgain(OFTEN);
  }

  @Test
  @Thorough("14 s at the true pace; the default tier has the same with a faster one")
  void events_waitsForLong_isToldAtLeastEveryFiveSeconds() throws Exception {
    assertIsToldAgainAndAgain(BrokerTiming.REAL);
    assertTrue(
        BrokerTiming.REAL.heartbeat().toMillis() < 5000, "less than five seconds are promised");
  }

  /** Once as it joins, at any moment of a period, and then at most once in each period. */
  private void assertIsToldAgainAndAgain(BrokerTiming pace) throws Exception {
    long startNanos = System.nanoTime();
    EventReader client = events(startBlocked(builder().pace(pace)), "/?shard=1&total=4");
    double before = -1;
    for (int i = 0; i < 4; i++) {
      double elapsed = client.expect("waiting").data().getDouble("elapsedMillis");
      assertTrue(elapsed > before, before + " then " + elapsed);
      before = elapsed;
    }
    assertTrue(System.nanoTime() - startNanos >= 3 * pace.heartbeat().toNanos());
  }

  @Test
  void events_overHttp10_endWithTheConnection() throws Exception {
    RawConnection client = connect(start(builder()));
    client.send("GET / HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n");
    String all = client.readToEnd();
    assertTrue(all.contains("event: released\ndata: {"), all);
    assertFalse(all.toLowerCase(Locale.ROOT).contains("transfer-encoding"), all);
  }

  @Test
  void events_released_connectionStaysUsable() throws Exception {
    RawConnection client = connect(start(builder()));
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
    assertTrue(client.readAnswer().body().contains("event: released"));
    client.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertEquals(200, client.readAnswer().status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          text/event-stream                         | text/event-stream
          application/json, Text/Event-Stream;q=0.5 | text/event-stream
          text/event-stream;charset=utf-8           | text/event-stream
          */*                                       | application/json
          text/*                                    | application/json
          text/event-stream;q=0                     | application/json
          text/event-stream2                        | application/json
          ''                                        | application/json
          """)
  void events_areSentIfAcceptNamesThem(String accept, String type) throws Exception {
    RawConnection client = connect(start(builder()));
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\n\r\n");
    assertEquals(type, client.readAnswer().header("Content-Type"));
  }

  @Test
  void events_brokerStops_closingWithARetryTime() throws Exception {
    Broker broker = startBlocked(builder());
    EventReader client = eventsOfWaiting(broker);
    broker.close();
    Event closing = client.expect("closing");
    assertEquals("1000", closing.retry());
    assertEquals(1000, closing.data().getInteger("retryAfterMillis"));
    assertNull(client.next());
  }
}
