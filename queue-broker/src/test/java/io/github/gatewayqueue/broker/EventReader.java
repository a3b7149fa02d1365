package io.github.gatewayqueue.broker;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A client that reads server-sent events, one by one. */
final class EventReader implements AutoCloseable {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpResponse<InputStream> response;
  private final BufferedReader lines;

  /** An event; {@code retry} is null if it has none. */
  record Event(String name, @Nullable String retry, JsonObject data) {}

  EventReader(URI uri) throws IOException, InterruptedException {
    this(uri, "none");
  }

  EventReader(URI uri, String token) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Accept", "text/event-stream")
            .header("Authorization", "Bearer " + token)
            .build();
    response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  HttpResponse<InputStream> response() {
    return response;
  }

  /** Returns the next event, or null if the answer has ended. */
  @Nullable Event next() throws IOException {
    String name = "message";
    String retry = null;
    StringBuilder data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("retry: ")) {
        retry = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data.append(line.substring(6));
      } else if (line.isEmpty() && !data.isEmpty()) {
        return new Event(name, retry, new JsonObject(data.toString()));
      }
    }
    return null;
  }

  /** Reads on until a comment, which is to come before any event. */
  void expectComment() throws IOException {
    for (String line = lines.readLine(); !":".equals(line); line = lines.readLine()) {
      if (line == null || !line.isEmpty()) {
        throw new AssertionError("expected a comment, got " + line);
      }
    }
  }

  Event expect(String name) throws IOException {
    Event event = next();
    if (event == null || !event.name().equals(name)) {
      throw new AssertionError("expected event " + name + ", got " + event);
    }
    return event;
  }

  /** Reads on until a status says that so many wait. */
  void expectWaiting(int count) throws IOException {
    while (expect("status").data().getInteger("waiting") != count) {
      // that was told before
    }
  }

  /** The same, however often it is told before that it waits. */
  Event expectAfterWaiting(String name) throws IOException {
    return expectAfter("waiting", name);
  }

  /** The same, however often it is told another one before. */
  Event expectAfter(String before, String name) throws IOException {
    Event event = next();
    while (event != null && event.name().equals(before)) {
      event = next();
    }
    if (event == null || !event.name().equals(name)) {
      throw new AssertionError("expected event " + name + ", got " + event);
    }
    return event;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
