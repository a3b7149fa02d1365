package io.github.gatewayqueue.fakediscord;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/** A fault of Discord's REST API. Immutable; switched on by {@link Faults#failRest}. */
public final class RestFault {
  private final String name;
  private final Consumer<RestExchange> action;

  private RestFault(String name, Consumer<RestExchange> action) {
    this.name = name;
    this.action = action;
  }

  /**
   * An answer with that status and an error in Discord's JSON form, for instance 401 or 503.
   *
   * @param status the status, from 400 to 599
   * @return the fault
   * @throws IllegalArgumentException if it is out of its range
   */
  public static RestFault status(int status) {
    Require.inRange("status", status, 400, 599);
    return new RestFault("status " + status, exchange -> exchange.sendError(status));
  }

  /**
   * 429 as Discord sends it, with the time to wait both in the header {@code Retry-After} and in
   * the body.
   *
   * @param retryAfter how long to wait, at most 36,500 days; sent in seconds, with a fraction if
   *     need be
   * @return the fault
   * @throws IllegalArgumentException if it is out of its range
   */
  public static RestFault rateLimited(Duration retryAfter) {
    return rateLimited("rate limited", retryAfter, true, true);
  }

  /**
   * 429 with the time to wait only in the header {@code Retry-After}.
   *
   * @param retryAfter how long to wait, at most 36,500 days
   * @return the fault
   * @throws IllegalArgumentException if it is out of its range
   */
  public static RestFault rateLimitedByHeader(Duration retryAfter) {
    return rateLimited("rate limited by header", retryAfter, true, false);
  }

  /**
   * 429 with the time to wait only in the body, as {@code retry_after}.
   *
   * @param retryAfter how long to wait, at most 36,500 days
   * @return the fault
   * @throws IllegalArgumentException if it is out of its range
   */
  public static RestFault rateLimitedByBody(Duration retryAfter) {
    return rateLimited("rate limited by body", retryAfter, false, true);
  }

  private static RestFault rateLimited(
      String name, Duration retryAfter, boolean inHeader, boolean inBody) {
    Require.notNegative("retryAfter", retryAfter);
    BigDecimal seconds = BigDecimal.valueOf(retryAfter.toNanos(), 9).stripTrailingZeros();
    return new RestFault(
        name + " for " + Require.text(retryAfter),
        exchange -> {
          JsonObject body = new JsonObject().put("message", "You are being rate limited.");
          if (inHeader) {
            exchange.response().putHeader("Retry-After", seconds.toPlainString());
          }
          if (inBody) {
            body.put("retry_after", seconds.doubleValue());
          }
          exchange.send(429, body.put("global", false).encode());
        });
  }

  /**
   * The true answer, as it was when the request came in, but late.
   *
   * @param delay how late, in whole milliseconds, at most 36,500 days
   * @return the fault
   * @throws IllegalArgumentException if it is out of its range
   */
  public static RestFault delayed(Duration delay) {
    Require.notNegative("delay", delay);
    return new RestFault(
        "delayed by " + Require.text(delay), exchange -> exchange.sendLater(delay));
  }

  /**
   * No answer, for ever; the connection stays open.
   *
   * @return the fault
   */
  public static RestFault hanging() {
    return new RestFault("hanging", exchange -> {});
  }

  /**
   * 200, but the body is no JSON.
   *
   * @return the fault
   */
  public static RestFault garbage() {
    return body(200, "\u0000{]<html>\uFFFD, }");
  }

  /**
   * Half of the true answer, then the connection is closed.
   *
   * @return the fault
   */
  public static RestFault cutOff() {
    return new RestFault("cut off", RestExchange::sendHalf);
  }

  /**
   * The true answer behind a string of that many characters: valid JSON, but far too much of it.
   *
   * @param bytes how many, at least 0
   * @return the fault
   * @throws IllegalArgumentException if it is out of its range
   */
  public static RestFault huge(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes is %s, expected at least 0".formatted(bytes));
    }
    return new RestFault("huge by " + bytes, exchange -> exchange.sendPadded(bytes));
  }

  /**
   * Any other answer.
   *
   * @param status the status, from 200 to 599
   * @param body the body; it is sent as {@code application/json}, whatever it is
   * @return the fault
   * @throws IllegalArgumentException if the status is out of its range
   */
  public static RestFault body(int status, String body) {
    Require.inRange("status", status, 200, 599);
    Objects.requireNonNull(body, "body");
    return new RestFault("body " + status, exchange -> exchange.send(status, body));
  }

  /**
   * The true answer with another session start limit. Nothing is checked: the point is to send
   * absurd ones, such as a negative {@code remaining} or one above {@code total}.
   *
   * @param total session starts allowed
   * @param remaining session starts left
   * @param resetAfterMillis milliseconds until the reset
   * @param maxConcurrency session starts allowed at once
   * @return the fault
   */
  public static RestFault limit(
      long total, long remaining, long resetAfterMillis, long maxConcurrency) {
    JsonObject limit =
        new JsonObject()
            .put("total", total)
            .put("remaining", remaining)
            .put("reset_after", resetAfterMillis)
            .put("max_concurrency", maxConcurrency);
    return new RestFault(
        "limit " + limit.encode(),
        exchange -> {
          exchange.body().put("session_start_limit", limit);
          exchange.send();
        });
  }

  /**
   * The true answer without one of its fields, wherever it stands.
   *
   * @param field the field's name in the JSON, for instance {@code session_start_limit} or {@code
   *     remaining}
   * @return the fault
   */
  public static RestFault missing(String field) {
    Objects.requireNonNull(field, "field");
    return new RestFault(
        "missing " + field,
        exchange -> {
          exchange.body().remove(field);
          JsonObject limit = exchange.body().getJsonObject("session_start_limit");
          if (limit != null) {
            limit.remove(field);
          }
          exchange.send();
        });
  }

  void apply(RestExchange exchange) {
    action.accept(exchange);
  }

  /**
   * Returns what goes wrong.
   *
   * @return a few words
   */
  @Override
  public String toString() {
    return name;
  }
}
