package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminApiTest {
  private final FakeDiscord discord = FakeDiscord.builder().maxConcurrency(2).start();

  @AfterEach
  void close() {
    discord.close();
  }

  private HttpResponse<String> get(String page) throws IOException, InterruptedException {
    return RestClient.send(RestClient.request(discord.adminUri(), page).build());
  }

  private HttpResponse<String> post(String page) throws IOException, InterruptedException {
    return RestClient.send(
        RestClient.request(discord.adminUri(), page).POST(BodyPublishers.noBody()).build());
  }

  private void change(String page) throws IOException, InterruptedException {
    assertEquals("done\n", post(page).body());
  }

  private int restStatus() throws IOException, InterruptedException {
    return RestClient.askLimit(discord).statusCode();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/"})
  void help_listsThePages(String page) throws IOException, InterruptedException {
    assertTrue(get(page).body().contains("POST /fakediscord/outage?kind="));
  }

  @Test
  void score_isTheReport() throws IOException, InterruptedException {
    assertEquals(discord.score() + "\n", get("/score").body());
  }

  @Test
  void identifies_areListedAsJson() throws IOException, InterruptedException {
    try (var client = GatewayClient.connect(discord)) {
      client.start(0, 4);
      try (var second = GatewayClient.connect(discord)) {
        second.hello();
        second.identify(2, 4);
        second.next(9);
      }
    }
    var identifies = new JsonArray(get("/identifies").body());
    assertEquals(2, identifies.size());
    JsonObject first = identifies.getJsonObject(0);
    assertEquals("ACCEPTED", first.getString("verdict"));
    assertTrue(first.containsKey("gap_nanos"));
    JsonObject second = identifies.getJsonObject(1);
    assertEquals(2, second.getInteger("shard_id"));
    assertEquals(4, second.getInteger("shard_total"));
    assertEquals(0, second.getInteger("bucket"));
    assertEquals("TOO_EARLY", second.getString("verdict"));
    assertEquals(
        second.getLong("since_start_nanos") - first.getLong("since_start_nanos"),
        second.getLong("gap_nanos"));
  }

  @Test
  void limit_changesWhatIsGiven() throws IOException, InterruptedException {
    change("/limit?total=500&remaining=400");
    change("/limit?max_concurrency=16&reset_after=0");
    assertEquals(
        "{\"total\":500,\"remaining\":400,\"reset_after\":0,\"max_concurrency\":16}",
        RestClient.limit(discord).encode());
  }

  @Test
  void startElsewhere_isTold_afterTheLag() throws IOException, InterruptedException {
    change("/start-elsewhere?starts=300");
    assertEquals(700, RestClient.limit(discord).getInteger("remaining"));
    change("/limit?count_lag=3600");
    change("/start-elsewhere?starts=1");
    assertEquals(700, RestClient.limit(discord).getInteger("remaining"));
    change("/limit?count_lag=0");
    assertEquals(699, RestClient.limit(discord).getInteger("remaining"));
  }

  @ParameterizedTest
  @CsvSource({
    "total=5&remaining=9, 'remaining is 9, expected 0 to 5'",
    "total=5&reset_after=soon, 'reset_after is \"soon\", expected seconds such as 5 or 0.2, or 200ms'",
    "total=5&max_concurrency=0, 'max_concurrency is 0, expected at least 1'"
  })
  void limit_oneIsWrong_nothingIsChanged(String limit, String message)
      throws IOException, InterruptedException {
    JsonObject before = RestClient.limit(discord);
    HttpResponse<String> response = post("/limit?" + limit);
    assertEquals(400, response.statusCode());
    assertEquals(message + "\n", response.body());
    before.remove("reset_after");
    JsonObject after = RestClient.limit(discord);
    after.remove("reset_after");
    assertEquals(before, after);
  }

  @Test
  void network_changesWhatIsGiven() throws IOException, InterruptedException {
    change("/network?rtt=200ms");
    change("/network?jitter=0.01");
    long before = System.nanoTime();
    assertEquals(200, restStatus());
    assertTrue(System.nanoTime() - before >= Duration.ofMillis(200).toNanos());
    change("/network?rtt=1000000&jitter=1000000");
    change("/network?rtt=0&jitter=0");
    assertEquals(200, restStatus());
  }

  @Test
  void network_oneIsWrong_nothingIsChanged() throws IOException, InterruptedException {
    HttpResponse<String> response = post("/network?rtt=1000000&jitter=-1ms");
    assertEquals(400, response.statusCode());
    assertEquals("jitter is -1 ms, expected at least 0 and at most 36500 days\n", response.body());
    assertEquals(200, restStatus());
  }

  @ParameterizedTest
  @CsvSource({
    "status&status=503, 503",
    "rate-limited&retry_after=1.5, 429",
    "rate-limited-header&retry_after=1.5, 429",
    "rate-limited-body&retry_after=1.5, 429",
    "delayed&delay=0.001, 200",
    "garbage, 200",
    "huge&bytes=100, 200",
    "missing&field=url, 200",
    "body&status=418&body=teapot, 418",
    "limit&total=1&remaining=2&reset_after=3&max_concurrency=4, 200"
  })
  void rest_fault_isOnForThatManyRequests(String fault, int status)
      throws IOException, InterruptedException {
    String truth = RestClient.limit(discord).getInteger("total").toString();
    change("/rest?fault=" + fault + "&times=1");
    assertEquals(status, restStatus());
    assertEquals(truth, RestClient.limit(discord).getInteger("total").toString());
  }

  @Test
  void rest_retryAfter_isInSeconds() throws IOException, InterruptedException {
    change("/rest?fault=rate-limited&retry_after=1.5");
    assertEquals(
        Optional.of("1.5"), RestClient.askLimit(discord).headers().firstValue("Retry-After"));
    change("/rest?fault=none");
    assertEquals(200, restStatus());
  }

  @Test
  void rest_cutOff_isCutOff() throws IOException, InterruptedException {
    change("/rest?fault=cut-off");
    assertThrows(IOException.class, this::restStatus);
    change("/heal");
    assertEquals(200, restStatus());
  }

  @Test
  void sockets_delay_areOpenedLate() throws IOException, InterruptedException {
    change("/sockets?delay=0.2&times=1");
    long before = System.nanoTime();
    try (var client = GatewayClient.connect(discord)) {
      client.hello();
    }
    // The server's timer counts milliseconds.
    assertTrue(System.nanoTime() - before >= Duration.ofMillis(199).toNanos());
  }

  @Test
  void helloAndReady_never_areWithheldUntilHealed() throws IOException, InterruptedException {
    change("/hello?delay=never");
    change("/ready?delay=never");
    try (var client = GatewayClient.connect(discord)) {
      client.identify(0, 1);
      client.heartbeat();
    }
    change("/hello?delay=0.01");
    change("/ready?delay=0.01");
    try (var client = GatewayClient.connect(discord)) {
      client.start(1, 2);
    }
  }

  @Test
  void sockets_areInvalidatedReconnectedForgottenAndClosed()
      throws IOException, InterruptedException {
    change("/invalidate?times=1");
    try (var client = GatewayClient.connect(discord)) {
      client.hello();
      client.identify(0, 1);
      client.next(9);
      client.identify(0, 1);
      String session = client.ready().getString("session_id");
      change("/reconnect");
      client.next(7);
      change("/close?code=4000");
      assertEquals(4000, client.closeCode());
      change("/forget");
      try (var second = GatewayClient.connect(discord)) {
        second.hello();
        second.resume(session, 1);
        second.next(9);
        change("/drop");
        assertEquals(GatewayClient.LOST, second.closeCode());
      }
    }
  }

  @Test
  void endSessions_nextOne_endsAfterReady() throws IOException, InterruptedException {
    change("/end-sessions?after=10ms&code=4009&times=1");
    try (var client = GatewayClient.connect(discord)) {
      client.start(0, 1);
      assertEquals(4009, client.closeCode());
    }
  }

  @Test
  void outage_refusing_isOverByItself() throws IOException, InterruptedException {
    change("/outage?kind=refusing&seconds=0.5");
    // it is refused, or was connected before and is hung up on
    Await.await().ignoreExceptionsInstanceOf(IOException.class).until(() -> restStatus() == 200);
  }

  @Test
  void outage_refusing_refuses() throws IOException, InterruptedException {
    change("/outage?kind=refusing&seconds=3600");
    Await.await().untilAsserted(() -> assertThrows(ConnectException.class, this::restStatus));
  }

  @Test
  void outage_begunAfterOneThatIsOverByItself_stays() throws IOException, InterruptedException {
    change("/outage?kind=refusing&seconds=0.2");
    discord.startOutage(Outage.HANGING_UP);
    Await.await()
        .during(Duration.ofMillis(500))
        .untilAsserted(() -> assertThrows(IOException.class, this::restStatus));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/outage?kind=none", "/heal"})
  void outage_hangingUp_isEnded(String end) throws IOException, InterruptedException {
    change("/outage?kind=hanging-up");
    assertThrows(IOException.class, this::restStatus);
    change(end);
    assertEquals(200, restStatus());
  }

  @ParameterizedTest
  @CsvSource({
    "/nothing, there is no POST /fakediscord/nothing",
    "/rest, the parameter fault is missing",
    "/rest?fault=other, 'fault is other, expected none, status, rate-limited, rate-limited-header,"
        + " rate-limited-body, delayed, hanging, garbage, cut-off, huge, missing, body or limit'",
    "/rest?fault=status&status=abc, 'status is \"abc\", expected a whole number'",
    "/rest?fault=status&status=200, 'status is 200, expected 400 to 599'",
    "/rest?fault=huge&bytes=1.5, 'bytes is \"1.5\", expected a whole number'",
    "/rest?fault=garbage&times=0, 'times is 0, expected at least 1'",
    "/limit?remaining=1001, 'remaining is 1001, expected 0 to 1000'",
    "/limit?count_lag=-1, 'count_lag is -1 s, expected at least 0 and at most 36500 days'",
    "/end-sessions?after=1&code=1005&times=1, 'code is 1005, expected 3000 to 4999'",
    "/start-elsewhere, the parameter starts is missing",
    "/start-elsewhere?starts=0, 'starts is 0, expected at least 1'",
    "/hello?delay=soon, 'delay is \"soon\", expected seconds such as 5 or 0.2, or 200ms'",
    "/ready?delay=1e99, 'delay is \"1e99\", expected seconds such as 5 or 0.2, or 200ms'",
    "/ready?delay=-1, 'delay is -1 s, expected at least 0 and at most 36500 days'",
    "/outage?kind=other, 'kind is other, expected hanging-up, refusing or none'",
    "/outage?kind=refusing, the parameter seconds is missing",
    "/outage?kind=refusing&seconds=0, 'seconds is 0 s, expected more than 0 and at most 36500 days'",
    "/close?code=1005, 'code is 1005, expected 3000 to 4999'"
  })
  void post_wrong_saysWhatIs(String page, String message) throws IOException, InterruptedException {
    HttpResponse<String> response = post(page);
    assertEquals(400, response.statusCode());
    assertEquals(message + "\n", response.body());
  }

  @Test
  void get_wouldChangeOrIsUnknown_isNotFound() throws IOException, InterruptedException {
    assertEquals(404, get("/drop").statusCode());
    assertEquals(404, get("/nothing").statusCode());
  }

  @Test
  void otherMethod_is405() throws IOException, InterruptedException {
    var request = RestClient.request(discord.adminUri(), "/heal").DELETE().build();
    assertEquals(405, RestClient.send(request).statusCode());
  }

  @Test
  void score_neverShowsTheToken() throws IOException, InterruptedException {
    for (String page : new String[] {"", "/score", "/identifies"}) {
      assertFalse(get(page).body().contains(FakeDiscord.DEFAULT_TOKEN));
    }
  }
}
