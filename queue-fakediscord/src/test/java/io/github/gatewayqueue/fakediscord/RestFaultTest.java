package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestFaultTest {
  private final FakeDiscord discord = FakeDiscord.builder().start();

  @AfterEach
  void close() {
    discord.close();
  }

  private HttpResponse<String> askUnder(RestFault fault) throws IOException, InterruptedException {
    discord.faults().failRest(fault);
    return RestClient.askLimit(discord);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 500, 502, 503})
  void status_isSentWithAnError(int status) throws IOException, InterruptedException {
    var response = askUnder(RestFault.status(status));
    assertEquals(status, response.statusCode());
    assertTrue(
        new JsonObject(response.body()).getString("message").startsWith(status + ": "),
        response.body());
  }

  @Test
  void rateLimited_saysWhenTwice() throws IOException, InterruptedException {
    var response = askUnder(RestFault.rateLimited(Duration.ofMillis(1250)));
    assertEquals(429, response.statusCode());
    assertEquals(Optional.of("1.25"), response.headers().firstValue("Retry-After"));
    assertEquals(1.25, new JsonObject(response.body()).getDouble("retry_after"));
  }

  @Test
  void rateLimitedByHeader_saysWhenInTheHeader() throws IOException, InterruptedException {
    var response = askUnder(RestFault.rateLimitedByHeader(Duration.ofSeconds(20)));
    assertEquals(Optional.of("20"), response.headers().firstValue("Retry-After"));
    assertFalse(new JsonObject(response.body()).containsKey("retry_after"));
  }

  @Test
  void rateLimitedByBody_saysWhenInTheBody() throws IOException, InterruptedException {
    var response = askUnder(RestFault.rateLimitedByBody(Duration.ofMillis(64_570)));
    assertEquals(Optional.empty(), response.headers().firstValue("Retry-After"));
    assertEquals(64.57, new JsonObject(response.body()).getDouble("retry_after"));
  }

  @Test
  void delayed_answersTrulyButLate() throws IOException, InterruptedException {
    long before = System.nanoTime();
    var response = askUnder(RestFault.delayed(Duration.ofMillis(200)));
    assertEquals(200, response.statusCode());
    // The server's timer counts milliseconds.
    assertTrue(System.nanoTime() - before >= Duration.ofMillis(199).toNanos());
  }

  @Test
  void delayed_tellsTheLimitAsItWas() throws InterruptedException {
    discord.faults().failRest(RestFault.delayed(Duration.ofMillis(500)), 1);
    var answer =
        GatewayClient.HTTP.sendAsync(RestClient.gatewayBot(discord), BodyHandlers.ofString());
    Await.until(() -> discord.score().limitRequests() == 1);
    discord.setRemaining(3);
    var body = new JsonObject(answer.join().body());
    assertEquals(1000, body.getJsonObject("session_start_limit").getInteger("remaining"));
  }

  @Test
  void hanging_doesNotAnswer() {
    discord.faults().failRest(RestFault.hanging());
    var request =
        RestClient.request(discord.restUri(), "/gateway").timeout(Duration.ofMillis(300)).build();
    assertThrows(HttpTimeoutException.class, () -> RestClient.send(request));
  }

  @Test
  void garbage_isNoJson() throws IOException, InterruptedException {
    var response = askUnder(RestFault.garbage());
    assertEquals(200, response.statusCode());
    assertThrows(DecodeException.class, () -> new JsonObject(response.body()));
  }

  @Test
  void cutOff_endsBeforeItsLength() {
    var thrown = assertThrows(IOException.class, () -> askUnder(RestFault.cutOff()));
    assertTrue(String.valueOf(thrown.getMessage()).contains("content-length"), thrown.toString());
  }

  @Test
  void huge_isValidJsonOfThatLength() throws IOException, InterruptedException {
    var response = askUnder(RestFault.huge(10_000_000));
    assertTrue(response.body().length() > 10_000_000);
    var body = new JsonObject(response.body());
    assertEquals(10_000_000, body.getString("padding").length());
    assertTrue(body.containsKey("session_start_limit"));
  }

  @Test
  void limit_isSentUnchecked() throws IOException, InterruptedException {
    discord.faults().failRest(RestFault.limit(1, 99999999999L, -1, 0));
    assertEquals(
        "{\"total\":1,\"remaining\":99999999999,\"reset_after\":-1,\"max_concurrency\":0}",
        RestClient.limit(discord).encode());
  }

  @Test
  void missing_fieldOfTheLimit_isLeftOut() throws IOException, InterruptedException {
    discord.faults().failRest(RestFault.missing("remaining"));
    JsonObject limit = RestClient.limit(discord);
    assertFalse(limit.containsKey("remaining"));
    assertTrue(limit.containsKey("total"));
  }

  @Test
  void missing_theWholeLimit_isLeftOut() throws IOException, InterruptedException {
    var body = new JsonObject(askUnder(RestFault.missing("session_start_limit")).body());
    assertTrue(body.containsKey("url"));
    assertFalse(body.containsKey("session_start_limit"));
  }

  @Test
  void body_isSentAsItIs() throws IOException, InterruptedException {
    var response = askUnder(RestFault.body(203, "[]"));
    assertEquals(203, response.statusCode());
    assertEquals("[]", response.body());
  }

  @Test
  void failRest_counted_isOverAfterThat() throws IOException, InterruptedException {
    discord.faults().failRest(RestFault.status(503), 2);
    assertEquals(503, RestClient.askLimit(discord).statusCode());
    assertEquals(503, RestClient.askLimit(discord).statusCode());
    assertEquals(200, RestClient.askLimit(discord).statusCode());
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void failRest_null_changesNothing() throws IOException, InterruptedException {
    discord.faults().failRest(RestFault.status(503));
    assertThrows(NullPointerException.class, () -> discord.faults().failRest(null, 1));
    assertEquals(503, RestClient.askLimit(discord).statusCode());
    assertEquals(503, RestClient.askLimit(discord).statusCode());
  }

  @Test
  void heal_endsIt() throws IOException, InterruptedException {
    discord.faults().failRest(RestFault.status(503));
    discord.faults().heal();
    assertEquals(200, RestClient.askLimit(discord).statusCode());
  }

  @Test
  void refusing_refusesConnections_andComesBackOnTheSamePort()
      throws IOException, InterruptedException {
    discord.startOutage(Outage.REFUSING);
    assertThrows(ConnectException.class, () -> RestClient.askLimit(discord));
    discord.endOutage();
    assertEquals(200, RestClient.askLimit(discord).statusCode());
  }

  @Test
  void hangingUp_answersNothing_butItsOwnPages() throws IOException, InterruptedException {
    discord.startOutage(Outage.HANGING_UP);
    assertThrows(IOException.class, () -> RestClient.askLimit(discord));
    var score = RestClient.send(RestClient.request(discord.adminUri(), "/score").build());
    assertEquals(200, score.statusCode());
    discord.endOutage();
    assertEquals(200, RestClient.askLimit(discord).statusCode());
  }

  @Test
  void outage_changedAndEndedTwice_isUpAgain() throws IOException, InterruptedException {
    discord.startOutage(Outage.REFUSING);
    discord.startOutage(Outage.REFUSING);
    discord.startOutage(Outage.HANGING_UP);
    discord.startOutage(Outage.REFUSING);
    assertThrows(ConnectException.class, () -> RestClient.askLimit(discord));
    discord.endOutage();
    discord.endOutage();
    assertEquals(200, RestClient.askLimit(discord).statusCode());
  }

  @Test
  void endOutage_portTakenMeanwhile_saysSo_andCanBeTriedAgain()
      throws IOException, InterruptedException {
    discord.startOutage(Outage.REFUSING);
    try (var thief = FakeDiscord.builder().port(discord.restUri().getPort()).start()) {
      assertEquals(discord.restUri(), thief.restUri());
      assertThrows(UncheckedIOException.class, discord::endOutage);
    }
    Await.await().ignoreException(UncheckedIOException.class).untilAsserted(discord::endOutage);
    assertEquals(200, RestClient.askLimit(discord).statusCode());
  }

  @Test
  void refusing_againAndAgain_isRefusedAtOnceAndUpAtOnce()
      throws IOException, InterruptedException {
    for (int i = 0; i < 20; i++) {
      discord.startOutage(Outage.REFUSING);
      discord.endOutage();
      assertEquals(200, RestClient.askLimit(discord).statusCode());
      discord.startOutage(Outage.REFUSING);
      assertThrows(ConnectException.class, () -> RestClient.askLimit(discord));
    }
  }

  @Test
  void toString_saysWhatGoesWrong() {
    assertEquals(
        "rate limited for 1.5 s", RestFault.rateLimited(Duration.ofMillis(1500)).toString());
  }

  @Test
  void outOfRange_isRefusedByName() {
    assertEquals(
        "status is 200, expected 400 to 599",
        assertThrows(IllegalArgumentException.class, () -> RestFault.status(200)).getMessage());
    assertEquals(
        "bytes is -1, expected at least 0",
        assertThrows(IllegalArgumentException.class, () -> RestFault.huge(-1)).getMessage());
    assertEquals(
        "times is 0, expected at least 1",
        assertThrows(
                IllegalArgumentException.class,
                () -> discord.faults().failRest(RestFault.garbage(), 0))
            .getMessage());
  }
}
