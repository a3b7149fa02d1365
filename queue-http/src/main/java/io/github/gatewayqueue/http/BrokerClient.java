package io.github.gatewayqueue.http;

import io.github.gatewayqueue.http.HttpQueue.Protocol;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Sends requests to the broker, and keeps the token out of messages. */
final class BrokerClient {
  /** How long a healthy broker may take for a short answer. */
  static final Duration SOON = Duration.ofSeconds(3);

  private static final int MAX_QUOTED = 300;

  private final String url;
  private final @Nullable String token;
  private final Protocol protocol;
  private final String hold;
  private final HttpClient client;

  BrokerClient(HttpQueue.Builder settings, HttpClient client) {
    url = settings.url;
    token = settings.token;
    protocol = settings.protocol;
    hold = settings.holdTimeout.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    this.client = client;
  }

  String url() {
    return url;
  }

  Protocol protocol() {
    return protocol;
  }

  /**
   * Asks for the release of a shard, with a POST: to ask twice is to join the line twice. A GET
   * would be sent again by the JDK's client, and by proxies, when the connection of a request that
   * has waited for an hour is lost; and the release would then seem to be an hour old. Over
   * HTTP/1.1: a connection holds one request, for which HTTP/2 gains nothing.
   */
  void ask(ResponseReader answer, long id, long total) {
    boolean plain = protocol == Protocol.PLAIN;
    String query = "?shard=" + id + "&total=" + total + (plain ? "" : "&hold=" + hold);
    HttpRequest.Builder request = request(query).POST(BodyPublishers.noBody());
    request.header("Accept", plain ? "application/json" : "text/event-stream");
    answer.begin(client, request.build());
  }

  /** Asks for how long a start is still held. */
  void askForHold(ResponseReader answer, String start) {
    answer.begin(client, request("starts/" + start).GET().build());
  }

  /** Reports a call on a held start, and returns the status of the response. */
  CompletableFuture<Integer> tell(String start, String word) {
    try {
      HttpRequest.Builder request = request("starts/" + start + "/" + word).timeout(SOON);
      return client
          .sendAsync(request.POST(BodyPublishers.noBody()).build(), BodyHandlers.discarding())
          .thenApply(HttpResponse::statusCode);
    } catch (RuntimeException | Error e) { // there may be no memory left for a thread
      return CompletableFuture.failedFuture(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).version(Version.HTTP_1_1);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  /** Returns why a request failed; the exception of a connect often has no message of its own. */
  String reason(Throwable cause) {
    Throwable inner = cause.getCause();
    if (inner != null && cause instanceof CompletionException) {
      return reason(inner); // the client wraps some, and others not
    }
    return cause.getMessage() == null && inner != null
        ? cause + ", " + reason(inner)
        : quoted(cause.toString());
  }

  /** Says something about the broker, for people to read. */
  String says(String what) {
    return "broker " + url + " " + what;
  }

  /**
   * Returns text from outside fit for a message: not too long, on one line, and without the token,
   * which a server may send back and the JDK's exceptions then quote.
   */
  String quoted(String text) {
    if (token != null && text.contains(token)) {
      return "(not shown, as it holds the token)";
    }
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() > MAX_QUOTED ? line.substring(0, MAX_QUOTED) + "..." : line;
  }
}
