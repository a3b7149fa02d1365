package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestApiTest {
  private final FakeDiscord discord =
      FakeDiscord.builder().total(1000).remaining(25).maxConcurrency(16).shards(9).start();

  @AfterEach
  void close() {
    discord.close();
  }

  private HttpResponse<String> get(String prefix, String path, String authorization)
      throws IOException, InterruptedException {
    URI root = discord.restUri().resolve("/");
    String base = root.toString().substring(0, root.toString().length() - 1) + prefix;
    return RestClient.send(
        RestClient.request(URI.create(base), path).header("Authorization", authorization).build());
  }

  private static String bot(String token) {
    return "Bot " + token;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/api", "/api/v10", "/api/v9", "/v10"})
  void gatewayBot_anyPrefix_tellsTheLimit(String prefix) throws IOException, InterruptedException {
    var response = get(prefix, "/gateway/bot", bot(FakeDiscord.DEFAULT_TOKEN));
    assertEquals(200, response.statusCode());
    var body = new JsonObject(response.body());
    assertEquals(discord.gatewayUri().toString(), body.getString("url"));
    assertEquals(9, body.getInteger("shards"));
    JsonObject limit = body.getJsonObject("session_start_limit");
    assertEquals(1000, limit.getInteger("total"));
    assertEquals(25, limit.getInteger("remaining"));
    assertEquals(16, limit.getInteger("max_concurrency"));
    long resetAfter = limit.getLong("reset_after");
    assertTrue(resetAfter > 0 && resetAfter <= Duration.ofHours(24).toMillis(), "" + resetAfter);
    assertEquals(1, discord.score().limitRequests());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bot wrong",
        "Bot ",
        "Bearer " + FakeDiscord.DEFAULT_TOKEN,
        FakeDiscord.DEFAULT_TOKEN
      })
  void gatewayBot_wrongAuthorization_is401(String authorization)
      throws IOException, InterruptedException {
    var response = get("", "/gateway/bot", authorization);
    assertEquals(401, response.statusCode());
    assertEquals("{\"message\":\"401: Unauthorized\",\"code\":0}", response.body());
  }

  @Test
  void gatewayBot_noAuthorization_is401() throws IOException, InterruptedException {
    var request = RestClient.request(discord.restUri(), "/gateway/bot").build();
    assertEquals(401, RestClient.send(request).statusCode());
    assertEquals(1, discord.score().limitRequests());
  }

  @Test
  void gateway_noAuthorization_tellsTheUrl() throws IOException, InterruptedException {
    var response = RestClient.send(RestClient.request(discord.restUri(), "/gateway").build());
    assertEquals("{\"url\":\"%s\"}".formatted(discord.gatewayUri()), response.body());
  }

  @Test
  void startupRoutes_tellTheBot() throws IOException, InterruptedException {
    for (String path : List.of("/users/@me", "/applications/@me", "/oauth2/applications/@me")) {
      var response = get("/api/v10", path, bot(FakeDiscord.DEFAULT_TOKEN));
      assertEquals(200, response.statusCode(), path);
      assertEquals("1000000000000000000", new JsonObject(response.body()).getString("id"), path);
      assertEquals(401, get("/api/v10", path, "Bot wrong").statusCode(), path);
    }
  }

  @Test
  void unknownRoute_is404() throws IOException, InterruptedException {
    var response = get("/api/v10", "/guilds/1", bot(FakeDiscord.DEFAULT_TOKEN));
    assertEquals(404, response.statusCode());
    assertEquals("{\"message\":\"404: Not Found\",\"code\":0}", response.body());
  }

  @Test
  void otherMethod_is405() throws IOException, InterruptedException {
    var request =
        RestClient.request(discord.restUri(), "/gateway/bot").POST(BodyPublishers.noBody()).build();
    assertEquals(405, RestClient.send(request).statusCode());
  }

  @Test
  void setters_areToldAtOnce() throws IOException, InterruptedException {
    discord.setTotal(2000);
    discord.setRemaining(7);
    discord.setMaxConcurrency(32);
    discord.setResetAfter(Duration.ZERO);
    assertEquals(
        "{\"total\":2000,\"remaining\":7,\"reset_after\":0,\"max_concurrency\":32}",
        RestClient.limit(discord).encode());
  }

  @Test
  void resetAfter_passed_refills() throws IOException, InterruptedException {
    discord.setResetAfter(Duration.ofMillis(1));
    Await.await()
        .untilAsserted(() -> assertEquals(1000, RestClient.limit(discord).getInteger("remaining")));
    assertTrue(
        RestClient.limit(discord).getLong("reset_after") > Duration.ofHours(1).toMillis(),
        "the next window has begun");
  }

  @Test
  void setToken_oldOne_is401() throws IOException, InterruptedException {
    discord.setToken("new");
    assertEquals(401, RestClient.askLimit(discord).statusCode());
    assertEquals(200, get("", "/gateway/bot", "Bot new").statusCode());
  }
}
