package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.RawConnection.Answer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are refused, and what their clients are told. */
class BrokerRefusalTest extends BrokerTestBase {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/?shard=x",
        "/?shard=-1",
        "/?shard=16&total=16",
        "/?shard=1&shard=2",
        "/?total=0",
        "/?shard=9223372036854775808",
        "/?shard=%zz"
      })
  void request_badQuery_400AndNothingJoins(String target) throws Exception {
    Broker broker = startBlocked(builder());
    RawConnection client = connect(broker);
    client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    Answer answer = client.readAnswer();
    assertProblem(400, "Bad Request", answer);
    assertEquals(0, waiting(broker));
  }

  @Test
  void request_badQueryWithEvents_400() throws Exception {
    Broker broker = start(builder());
    HttpResponse<String> response = get(broker, "/?shard=x", "Accept", "text/event-stream");
    assertEquals(400, response.statusCode());
    JsonObject problem = new JsonObject(response.body());
    assertEquals(
        "shard is 'x', expected a number from 0 to 9223372036854775807",
        problem.getString("detail"));
    assertEquals("about:blank", problem.getString("type"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/x", "/status/", "/health", "//", "/..", "/dashboard/x", "*", "x"})
  void request_unknownPath_404(String target) throws Exception {
    RawConnection client = connect(start(builder()));
    client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertProblem(404, "Not Found", client.readAnswer());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/status",
        "/status/stream",
        "/metrics",
        "/dashboard",
        "/health/live",
        "/health/ready"
      })
  void page_otherMethod_405(String target) throws Exception {
    Broker broker = start(builder());
    HttpResponse<String> response = send("POST", broker, target);
    assertEquals(405, response.statusCode());
    assertEquals("GET, HEAD", response.headers().firstValue("Allow").orElse(""));
    assertEquals(200, send("HEAD", broker, target).statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "OPTIONS", "TRACE", "DELETE", "PATCH", "BREW", "get"})
  void request_methodThatDoesNotAsk_405AndNoStartIsSpent(String method) throws Exception {
    Broker broker = start(builder());
    RawConnection client = connect(broker);
    client.send(method + " /?shard=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    Answer answer = client.readAnswer(!method.equals("HEAD"));
    assertEquals(405, answer.status());
    assertEquals("GET, POST, PUT", answer.header("Allow"));
    assertEquals(0, status(broker).getInteger("released"));
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /?%s HTTP/1.1', 4200, 414, Request-URI Too Long",
    "'GET / HTTP/1.1\r\nX: %s', 9000, 431, Request Header Fields Too Large"
  })
  void request_headTooLong_isRefusedAndClosed(String head, int length, int status, String title)
      throws Exception {
    RawConnection client = connect(start(builder()));
    client.send(head.formatted("a".repeat(length)) + "\r\nHost: localhost\r\n\r\n");
    assertProblem(status, title, client.readAnswer());
    assertEquals("", client.readToEnd());
  }

  @Test
  void request_announcedBodyTooLong_413AndNothingJoins() throws Exception {
    Broker broker = startBlocked(builder());
    RawConnection client = connect(broker);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n");
    assertProblem(413, "Request Entity Too Large", client.readAnswer());
    assertEquals("", client.readToEnd());
    assertEquals(0, waiting(broker));
  }

  @Test
  void request_chunkedBodyTooLong_413AndNothingJoins() throws Exception {
    Broker broker = startBlocked(builder());
    RawConnection client = connect(broker);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("10001\r\n" + "x".repeat(0x10001));
    assertProblem(413, "Request Entity Too Large", client.readAnswer());
    assertEquals(0, waiting(broker));
  }

  @Test
  void request_bodyOfTheGreatestLength_isReadAndThrownAway() throws Exception {
    RawConnection client = connect(start(builder()));
    client.send(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n" + "x".repeat(65536));
    assertEquals(200, client.readAnswer().status());
    client.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertEquals(200, client.readAnswer().status());
  }

  @Test
  void request_lineIsFull_503WithARetryTime() throws Exception {
    Broker broker = startBlocked(builder().maxWaiting(2));
    ask(broker, 1, 4);
    ask(broker, 2, 4);
    awaitWaiting(broker, 2);
    RawConnection client = ask(broker, 3, 4);
    Answer answer = client.readAnswer();
    assertProblem(503, "Service Unavailable", answer);
    assertEquals("3600", answer.header("Retry-After"));
    assertEquals(2, waiting(broker));
  }

  @Test
  void token_missingOrWrong_401EverywhereButHealth() throws Exception {
    Broker broker = start(builder().token("s3cret"));
    for (String path :
        new String[] {"/", "/?shard=x", "/status", "/status/stream", "/metrics", "/x"}) {
      assertEquals(401, get(broker, path).statusCode(), path);
      assertEquals(401, get(broker, path, "Authorization", "Bearer x").statusCode(), path);
    }
    HttpResponse<String> response = get(broker, "/");
    assertEquals("Bearer", response.headers().firstValue("WWW-Authenticate").orElse(""));
    assertFalse(response.body().contains("s3cret"));
    assertEquals(200, get(broker, "/health/live").statusCode());
    assertEquals(200, get(broker, "/health/ready").statusCode());
    assertEquals(200, get(broker, "/", "Authorization", "Bearer s3cret").statusCode());
    assertFalse(broker.toString().contains("s3cret"));
  }

  @ParameterizedTest
  @CsvSource({"/dashboard, 200", "/status/stream, 200", "/status, 401", "/, 401", "/metrics, 401"})
  void token_asAPassword_forBrowsersOnly(String path, int status) throws Exception {
    Broker broker = start(builder().token("s3cret"));
    RawConnection client = connect(broker);
    client.send(
        "GET "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YTpzM2NyZXQ=\r\n\r\n");
    assertEquals("HTTP/1.1 " + status, client.readLine().substring(0, 12));
    assertEquals( // on a line each: a browser asks for a password only then
        List.of("Bearer", "Basic realm=\"gateway-queue\""),
        get(broker, "/dashboard").headers().allValues("WWW-Authenticate"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/?shard=x", "/?shard=1"})
  void onRefusalClose_refusedRequest_isHungUpOn(String target) throws Exception {
    Broker broker = start(builder().token("s3cret").onRefusal(Broker.OnRefusal.CLOSE));
    assertHungUpOn(broker, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertHungUpOn(
        broker,
        "GET /?shard=x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n\r\n");
    assertHungUpOn(broker, "GET /?" + "a".repeat(4200) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertHungUpOn(broker, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n");
    assertEquals(401, get(broker, "/status").statusCode());
  }

  @Test
  void onRefusalClose_refusedRequestWithEvents_isAnswered() throws Exception {
    Broker broker = start(builder().token("s3cret").onRefusal(Broker.OnRefusal.CLOSE));
    assertEquals(401, get(broker, "/", "Accept", "text/event-stream").statusCode());
  }

  /** A site can have its own name lead to this machine, and its page is then of no other site. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:127.0.0.1",
        "[::1].evil.example",
        "1.example",
        "0.0.0.0:8080",
        "192.0.2.7:8080",
        "[::]",
        "[::ffff:7f00:1]",
        ""
      })
  void hostIsNoneOfLoopback_noToken_403AndNothingIsSpentOrTold(String host) throws Exception {
    Broker broker = start(builder());
    for (String request : new String[] {"GET /?shard=0", "POST /?shard=0", "GET /status"}) {
      RawConnection client = connect(broker);
      client.send(request + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      Answer answer = client.readAnswer();
      assertProblem(403, "Forbidden", answer);
      assertTrue(answer.body().contains("Host is '" + host + "'"), answer.body());
    }
    assertEquals(0, status(broker).getInteger("released"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LocalHost:80", "127.0.0.1", "127.1.2.3:8080", "[::1]", "[::1]:80"})
  void hostIsOfLoopback_noToken_isReleased(String host) throws Exception {
    RawConnection client = connect(start(builder()));
    client.send("GET /?shard=0 HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    assertEquals(200, client.readAnswer().status());
  }

  @Test
  void hostIsAName_token_isReleased() throws Exception {
    Broker broker = start(builder().token("s3cret"));
    RawConnection client = connect(broker);
    client.send("GET /?shard=0 HTTP/1.1\r\nHost: broker.example\r\n");
    client.send("Authorization: Bearer s3cret\r\n\r\n");
    assertEquals(200, client.readAnswer().status());
  }

  /** In a network of containers, for example, a broker has a name. */
  @Test
  void hostIsAName_otherMachinesMayAsk_isReleased() throws Exception {
    RawConnection client = connect(start(builder().host("0.0.0.0").noToken()));
    client.send("GET /?shard=0 HTTP/1.1\r\nHost: broker.example\r\n\r\n");
    assertEquals(200, client.readAnswer().status());
  }

  @Test
  void hostIsAName_health_isAnswered() throws Exception {
    RawConnection client = connect(start(builder()));
    client.send("GET /health/ready HTTP/1.1\r\nHost: broker.example\r\n\r\n");
    assertEquals(200, client.readAnswer().status());
  }

  /** A page of another site, which a browser of this machine shows, spends no session starts. */
  @ParameterizedTest
  @CsvSource({
    "Sec-Fetch-Site, cross-site, 403",
    "Sec-Fetch-Site, same-site, 403",
    "Sec-Fetch-Site, same-origin, 200",
    "Sec-Fetch-Site, none, 200",
    "Origin, http://evil.example, 403",
    "Origin, null, 403",
    "Origin, http://localhost:1, 403",
    "Origin, http://localhost, 200",
    "Origin, https://LOCALHOST, 200"
  })
  void request_fromAnotherSite_403AndNothingJoins(String header, String value, int status)
      throws Exception {
    Broker broker = start(builder());
    RawConnection client = connect(broker);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + header + ": " + value + "\r\n\r\n");
    Answer answer = client.readAnswer();
    assertEquals(status, answer.status());
    if (status == 403) {
      assertProblem(403, "Forbidden", answer);
    }
    assertEquals(status == 403 ? 0 : 1, status(broker).getInteger("released"));
  }

  private void assertHungUpOn(Broker broker, String request) throws IOException {
    RawConnection client = connect(broker);
    client.send(request);
    assertEquals("", client.readToEnd());
  }

  private static void assertProblem(int status, String title, Answer answer) {
    assertEquals(status, answer.status(), answer.body());
    assertEquals("application/problem+json", answer.header("Content-Type"));
    assertEquals("nosniff", answer.header("X-Content-Type-Options"));
    JsonObject problem = new JsonObject(answer.body());
    assertEquals(status, problem.getInteger("status"));
    assertEquals(title, problem.getString("title"));
    assertFalse(problem.getString("detail").isEmpty());
    assertTrue(problem.containsKey("type"));
  }
}
