package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/** A Discord on loopback, which needs another Netty than Spring Boot chooses. */
class LoopbackTest {

  @Test
  void discord_answers() throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().start();
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(discord.restUri() + "/gateway")).build();
      assertEquals(200, client.send(request, BodyHandlers.ofString()).statusCode());
    }
  }
}
