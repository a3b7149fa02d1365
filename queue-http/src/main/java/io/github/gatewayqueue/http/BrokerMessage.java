package io.github.gatewayqueue.http;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON object of an event or a body of the broker, with its numbers and texts. No message
 * quotes it, because a server may send the token back.
 */
final class BrokerMessage {
  private static final JsonFactory JSON = new JsonFactory();
  private static final double NANOS_PER_MILLI = 1e6;

  private final Map<String, Double> numbers = new HashMap<>();
  private final Map<String, String> texts = new HashMap<>();

  private BrokerMessage() {}

  /**
   * Reads a message.
   *
   * @throws TryAgainException if it is not one JSON object, or a name is there twice
   */
  static BrokerMessage of(String text) throws TryAgainException {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      var message = new BrokerMessage();
      if (json.nextToken() != JsonToken.START_OBJECT || !message.readFields(json)) {
        throw improper();
      }
      return message;
    } catch (JacksonException e) {
      throw improper();
    }
  }

  private static TryAgainException improper() {
    return new TryAgainException("sent no proper JSON object" + Attempt.NOT_A_RELEASE);
  }

  /** Returns whether the object ends properly, and the text with it. */
  private boolean readFields(JsonParser json) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (numbers.containsKey(name) || texts.containsKey(name)) {
        return false;
      }
      if (value.isNumeric()) {
        numbers.put(name, json.getDoubleValue());
      } else if (value == JsonToken.VALUE_STRING) {
        texts.put(name, json.getString());
      } else {
        json.skipChildren();
      }
    }
    return json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null;
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(texts.get(name));
  }

  /** Returns a number that is a whole one, or empty. */
  OptionalInt whole(String name) {
    double value = numbers.getOrDefault(name, Double.NaN);
    return value == (int) value ? OptionalInt.of((int) value) : OptionalInt.empty();
  }

  /** Returns a number of milliseconds as a duration, or empty if there is none of zero or more. */
  Optional<Duration> millis(String name) {
    return Optional.ofNullable(numbers.get(name))
        .filter(millis -> millis >= 0)
        .map(millis -> Duration.ofNanos((long) (millis * NANOS_PER_MILLI)));
  }
}
