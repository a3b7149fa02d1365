package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A client of the REST API on the JDK's own HttpClient. */
final class RestClient {
  private RestClient() {}

  static HttpRequest.Builder request(URI base, String path) {
    return HttpRequest.newBuilder(URI.create(base + path));
  }

  static HttpRequest gatewayBot(FakeDiscord discord) {
    return request(discord.restUri(), "/gateway/bot")
        .header("Authorization", "Bot " + FakeDiscord.DEFAULT_TOKEN)
        .build();
  }

  static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return GatewayClient.HTTP.send(request, BodyHandlers.ofString());
  }

  static HttpResponse<String> askLimit(FakeDiscord discord)
      throws IOException, InterruptedException {
    return send(gatewayBot(discord));
  }

  static JsonObject limit(FakeDiscord discord) throws IOException, InterruptedException {
    HttpResponse<String> response = askLimit(discord);
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body()).getJsonObject("session_start_limit");
  }
}
