package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.RawConnection.Answer;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP as it is rarely spoken. */
class RawExchangeTest extends BrokerTestBase {
  /** What is sent, with ~ for a line end, and the statuses of the answers until the end. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "get / HTTP/1.1~Host: localhost~~|405",
        "GET / HTTP/1.1~~|200",
        "~~GET / HTTP/1.1~Host: localhost~~|200",
        "GET http://x/ HTTP/1.1~Host: localhost~~|200",
        "GET http://x HTTP/1.1~Host: localhost~~|200",
        "GET /# HTTP/1.1~Host: localhost~~|404",
        "OPTIONS * HTTP/1.1~Host: localhost~~|404",
        "CONNECT x:443 HTTP/1.1~Host: localhost~~|404",
        "GET / HTTP/1.1~Host: localhost~Upgrade: h2c~Connection: Upgrade, HTTP2-Settings~"
            + "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA~~|200",
        "GET / HTTP/1.1~Host: localhost~Upgrade: websocket~Connection: Upgrade~"
            + "Sec-WebSocket-Version: 13~Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~~|200",
        "POST / HTTP/1.1~Host: localhost~Content-Length: 3~~abc|200",
        "POST / HTTP/1.1~Host: localhost~Transfer-Encoding: chunked~~3;a=b~abc~0~X: y~~|200",
        "POST / HTTP/1.1~Host: localhost~Transfer-Encoding: chunked~~3~abc~0~~GET / HTTP/1.1~Host: localhost~~|"
            + "200 200",
        "GET / HTTP/1.1~Host: localhost~~GET /health/live HTTP/1.1~Host: localhost~~GET /x HTTP/1.1~Host: localhost~~|"
            + "200 200 404",
        "GET / HTTP/1.1~Host: localhost~Content-Length: 3~Content-Length: 4~~|400",
        "GET / HTTP/1.1~Host: localhost~Content-Length: -1~~|400",
        "GET / HTTP/1.1~Host: localhost~Content-Length: 99999999999999999999~~|400",
        "GET / HTTP/1.1~Host: localhost~no colon~~|400",
        "GET / HTTP/1.1~Host: localhost~a b: c~~|400",
        "GET /~~|400",
        "nonsense~~|400"
      })
  void exchange_recorded_isAnsweredAsItShouldBe(String sent, String statuses) throws Exception {
    Broker broker = start(builder().interval(Duration.ofNanos(1)));
    RawConnection client = connect(broker);
    client.send(sent.replace("~", "\r\n"));
    for (String status : statuses.split(" ", -1)) {
      assertEquals(Integer.parseInt(status), client.readAnswer().status());
    }
    if (statuses.equals("200")) {
      client.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals("{\"status\":\"up\"}", client.readAnswer().body());
    }
    assertEquals(0, waiting(broker));
  }

  @Test
  void exchange_http2Preface_isNoHttp1() throws Exception {
    RawConnection client = connect(start(builder()));
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assertFalse(client.readToEnd().startsWith("HTTP/1.1 2"));
  }

  @Test
  void exchange_malformedChunk_connectionIsClosedAndNothingJoins() throws Exception {
    Broker broker = startBlocked(builder());
    RawConnection client = connect(broker);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    client.readToEnd();
    assertEquals(0, waiting(broker));
  }

  private RawConnection expectContinue(int length) throws IOException {
    RawConnection client = connect(start(builder()));
    client.send(
        "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
            + length
            + "\r\n\r\n");
    return client;
  }

  @Test
  void exchange_expectContinue_isToldToGoOn() throws Exception {
    RawConnection client = expectContinue(3);
    assertEquals(100, client.readAnswer().status());
    client.send("abc");
    assertEquals(200, client.readAnswer().status());
  }

  @Test
  void exchange_expectContinueOfTooMuch_isRefusedAtOnce() throws Exception {
    assertEquals(413, expectContinue(70000).readAnswer().status());
  }

  @Test
  void exchange_http10_isAnsweredAndClosed() throws Exception {
    RawConnection client = connect(start(builder()));
    client.send("GET /?shard=2 HTTP/1.0\r\n\r\n");
    Answer answer = client.readAnswer();
    assertEquals(2, new JsonObject(answer.body()).getInteger("shard"));
    assertEquals("", client.readToEnd());
  }

  @Test
  void exchange_byteByByte_isAnswered() throws Exception {
    RawConnection client = connect(start(builder()));
    for (char c : "GET /?shard=2 HTTP/1.1\r\nHost: localhost\r\n\r\n".toCharArray()) {
      client.send(String.valueOf(c));
    }
    assertEquals(200, client.readAnswer().status());
  }

  @Test
  void exchange_pipelinedBehindOneThatWaits_isAnsweredAfterIt() throws Exception {
    Broker broker = startHolding(builder().interval(Duration.ofNanos(1)));
    RawConnection client = connect(broker);
    for (String target : List.of("/?shard=1&total=3", "/?shard=2&total=3", "/health/live")) {
      client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    awaitWaiting(broker, 1);
    assertFalse(client.hasInput());
    queue.get().holding = false;
    assertEquals(1, new JsonObject(client.readAnswer().body()).getInteger("shard"));
    assertEquals(2, new JsonObject(client.readAnswer().body()).getInteger("shard"));
    assertEquals("{\"status\":\"up\"}", client.readAnswer().body());
  }

  /** The decoder hands out what it has of a request when the connection is closed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void exchange_closedWithinTheHeaders_isABadRequestAndLeavesNothing(boolean used)
      throws Exception {
    try (CapturedLog log = new CapturedLog("io.vertx", Level.WARNING)) {
      Broker broker = start(builder());
      RawConnection client = connect(broker);
      if (used) {
        client.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertEquals(200, client.readAnswer().status());
      }
      client.send("GET /?shard=0 HTTP/1.1\r\nHost: localhost\r\nFoo");
      client.close();
      Await.until(() -> status(broker).getJsonObject("outcomes").getInteger("bad_request") == 1);
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  @Thorough("eleven seconds by the clock; ConnectionTest has the same by a clock of its own")
  void exchange_headersNotCompleted_connectionIsClosedAfterTenRealSeconds() throws Exception {
    long startNanos = System.nanoTime();
    Incomplete clients = new Incomplete(start(builder()));
    clients.assertClosed();
    assertTrue(System.nanoTime() - startNanos >= Duration.ofSeconds(10).toNanos());
  }

  /** Clients that send a part of a request at most, and one that has had its answer. */
  private final class Incomplete {
    private static final String NEXT = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

    final RawConnection silent;
    final RawConnection slow;
    final RawConnection withoutBody;
    final RawConnection slowAgain;
    final RawConnection idle;

    Incomplete(Broker broker) throws IOException {
      silent = connect(broker);
      slow = connect(broker);
      slow.send("GET / HTTP/1.1\r\nHost: localhost\r\n");
      withoutBody = connect(broker);
      withoutBody.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n");
      slowAgain = connect(broker);
      idle = connect(broker);
      slowAgain.send(NEXT);
      assertEquals(200, slowAgain.readAnswer().status());
      slowAgain.send("GET /health/live HTTP/1.1\r\n");
      idle.send(NEXT); // the last: when it is answered, all before it has been read
      assertEquals(200, idle.readAnswer().status());
    }

    void assertClosed() throws IOException {
      assertEquals("", slow.readToEnd());
      assertEquals("", silent.readToEnd());
      assertEquals("", withoutBody.readToEnd());
      assertEquals("", slowAgain.readToEnd());
      idle.send(NEXT);
      assertEquals(200, idle.readAnswer().status());
    }
  }
}
