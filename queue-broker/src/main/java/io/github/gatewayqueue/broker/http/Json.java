package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.Problem;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes JSON objects, and the forms that times have in them. */
final class Json {
  static final String TYPE = "application/json";
  static final String PROBLEM_TYPE = "application/problem+json";

  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Returns an object with the properties that are written. */
  static String object(Consumer<JsonGenerator> properties) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      properties.accept(json);
      json.writeEndObject();
    }
    return text.toString();
  }

  /** Milliseconds with a fraction, and never in the form 1.2E7. */
  static void millis(JsonGenerator json, String name, long nanos) {
    json.writeNumberProperty(name, BigDecimal.valueOf(nanos / 1000, 3));
  }

  /** As RFC 9457 has it: problem details. */
  static void write(JsonGenerator json, Problem problem) {
    json.writeStringProperty("type", "about:blank");
    json.writeStringProperty("title", HttpResponseStatus.valueOf(problem.status()).reasonPhrase());
    json.writeNumberProperty("status", problem.status());
    json.writeStringProperty("detail", problem.detail());
    if (problem.retryAfter() != null) {
      millis(json, "retryAfterMillis", problem.retryAfter().toNanos());
    }
  }

  static void shard(JsonGenerator json, long shard, long total) {
    json.writeNumberProperty("shard", shard);
    json.writeNumberProperty("total", total);
  }

  static void instant(JsonGenerator json, String name, @Nullable Instant instant) {
    if (instant == null) {
      json.writeNullProperty(name);
    } else {
      json.writeStringProperty(name, instant.toString());
    }
  }
}
