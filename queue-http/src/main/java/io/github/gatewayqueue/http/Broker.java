package io.github.gatewayqueue.http;

import io.github.gatewayqueue.http.HttpQueue.Protocol;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.jspecify.annotations.Nullable;

/** The broker as its clients know it: where it is, how it is asked, and what keeps a secret. */
final class Broker {
  private static final int MAX_QUOTED = 300;

  private final String url;
  private final @Nullable String token;
  private final Protocol protocol;
  private final HttpClient client;

  Broker(String url, @Nullable String token, Protocol protocol, HttpClient client) {
    this.url = url;
    this.token = token;
    this.protocol = protocol;
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
  void ask(Answer answer, long id, long total) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "?shard=" + id + "&total=" + total))
            .version(Version.HTTP_1_1)
            .header("Accept", protocol == Protocol.PLAIN ? "application/json" : "text/event-stream")
            .POST(BodyPublishers.noBody());
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    answer.begin(client, request.build());
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
