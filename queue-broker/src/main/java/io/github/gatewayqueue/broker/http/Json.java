package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.Problem;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A JSON object that is put together property by property. */
final class Json {
  static final String TYPE = "application/json";
  static final String PROBLEM_TYPE = "application/problem+json";

  private static final JsonFactory FACTORY = new JsonFactory();

  private final Map<String, @Nullable Object> properties = new LinkedHashMap<>();

  /** Adds a number, a boolean, another object, an array of these, or what else is a text. */
  Json with(String name, @Nullable Object value) {
    properties.put(name, value);
    return this;
  }

  /** Adds milliseconds with a fraction, never in the form 1.2E7; null if it is not known. */
  Json withMillis(String name, @Nullable Long nanos) {
    return with(name, nanos == null ? null : BigDecimal.valueOf(nanos / 1000, 3));
  }

  Json withShard(long shard, long total) {
    return with("shard", shard).with("total", total);
  }

  /** As RFC 9457 has it: problem details. */
  static Json of(Problem problem) {
    Json json =
        new Json()
            .with("type", "about:blank")
            .with("title", HttpResponseStatus.valueOf(problem.status()).reasonPhrase())
            .with("status", problem.status())
            .with("detail", problem.detail());
    return problem.retryAfter() == null
        ? json
        : json.withMillis("retryAfterMillis", problem.retryAfter().toNanos());
  }

  @Override
  public String toString() {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(generator, this);
    }
    return text.toString();
  }

  private static void write(JsonGenerator generator, @Nullable Object value) {
    switch (value) {
      case null -> generator.writeNull();
      case Json object -> {
        generator.writeStartObject();
        object.properties.forEach((name, property) -> {
          generator.writeName(name);
          write(generator, property);
        });
        generator.writeEndObject();
      }
      case Iterable<?> array -> {
        generator.writeStartArray();
        array.forEach(element -> write(generator, element));
        generator.writeEndArray();
      }
      case Number number -> generator.writeNumber(number.toString());
      case Boolean truth -> generator.writeBoolean(truth);
      default -> generator.writeString(value.toString());
    }
  }
}
