package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Brokers and bots that run as processes of their own, and what a broker tells of itself. */
final class Processes {
  private Processes() {}

  /** Starts a broker on a port, 0 for any, and waits until it listens. */
  static JavaProcess broker(int port, String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of("--port", String.valueOf(port)));
    all.addAll(List.of(options));
    return JavaProcess.broker(Map.of(), all.toArray(String[]::new));
  }

  /** Starts a bot of so many shards that all ask at once, and does not wait for it. */
  static JavaProcess bot(URI broker, int shards) throws IOException {
    return bot(broker, shards, Duration.ofSeconds(30));
  }

  /** The same, whose starts are held for at most so long. */
  static JavaProcess bot(URI broker, int shards, Duration hold) throws IOException {
    return JavaProcess.of(BotMain.class, broker, shards, hold);
  }

  /** Returns a number of the broker's status; the first one of this name. */
  static int status(URI broker, String name) throws IOException, InterruptedException {
    String json = get(broker.resolve("/status")).body();
    Matcher number = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
    assertTrue(number.find(), () -> name + " is not in " + json);
    return Integer.parseInt(number.group(1));
  }

  /** Returns of how many starts this was the first that a broker heard of them. */
  static int held(URI broker, String said) throws IOException, InterruptedException {
    String text = get(broker.resolve("/metrics")).body();
    String name = "gateway_queue_holds_total\\{said=\"" + said + "\"} (\\d+)";
    Matcher number = Pattern.compile(name).matcher(text);
    assertTrue(number.find(), () -> name + " is not in " + text);
    return Integer.parseInt(number.group(1));
  }

  /** Returns whether a broker says that it can release somebody. */
  static boolean isReady(URI broker) throws IOException, InterruptedException {
    return get(broker.resolve("/health/ready")).statusCode() == 200;
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }
}
