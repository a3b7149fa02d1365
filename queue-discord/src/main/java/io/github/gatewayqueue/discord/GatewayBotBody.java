package io.github.gatewayqueue.discord;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.internal.SafeLogger;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the response to {@code GET /gateway/bot}. No message quotes a body, and no exception of the
 * parser is passed on, because a body may contain the token.
 */
final class GatewayBotBody {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.discord"));

  private static final JsonFactory JSON = new JsonFactory();
  private static final String LIMIT = "session_start_limit";

  private GatewayBotBody() {}

  /**
   * Returns the session start limit in a body.
   *
   * @throws IOException if there is none, with what is wrong as its message
   */
  static SessionStartLimit limit(byte[] body) throws IOException {
    try (JsonParser json = parser(body)) {
      try {
        return onlyLimit(json);
      } catch (UnexpectedEndOfInputException e) {
        throw new IOException("the body ends too early");
      } catch (JacksonException e) {
        TokenStreamLocation at = json.currentLocation();
        throw new IOException(
            "the body is not proper JSON at line %s, column %s"
                .formatted(at.getLineNr(), at.getColumnNr()));
      }
    } catch (JacksonException e) { // the parser could not even be made
      throw new IOException("the body is in no encoding of JSON");
    }
  }

  /** Returns the {@code retry_after} in a body, in seconds, as it stands there, if there is one. */
  static Optional<String> retryAfter(byte[] body) {
    try (JsonParser json = parser(body)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean wanted = json.currentName().equals("retry_after");
        JsonToken value = json.nextToken();
        if (wanted && value.isScalarValue()) {
          return Optional.of(json.getString());
        }
        json.skipChildren();
      }
      return Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty(); // an error page of whatever stands before Discord
    }
  }

  private static JsonParser parser(byte[] body) {
    return JSON.createParser(ObjectReadContext.empty(), body);
  }

  private static SessionStartLimit onlyLimit(JsonParser json) throws IOException {
    if (json.nextToken() == null) {
      throw new IOException("the body is empty");
    }
    SessionStartLimit limit = outerObject(json);
    if (json.nextToken() != null) {
      throw new IOException("the body goes on after its end");
    }
    return limit;
  }

  private static SessionStartLimit outerObject(JsonParser json) throws IOException {
    requireObject("the body", json);
    SessionStartLimit limit = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean wanted = json.currentName().equals(LIMIT);
      json.nextToken();
      if (!wanted) {
        json.skipChildren();
      } else if (limit == null) {
        limit = limitObject(json);
      } else {
        throw new IOException(LIMIT + " is there twice");
      }
    }
    if (limit == null) {
      throw new IOException(LIMIT + " is missing");
    }
    return limit;
  }

  private static SessionStartLimit limitObject(JsonParser json) throws IOException {
    requireObject(LIMIT, json);
    Map<Field, Long> values = new EnumMap<>(Field.class);
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      Field field = Field.named(json.currentName());
      json.nextToken();
      if (field == null) {
        json.skipChildren();
      } else if (values.put(field, field.read(json)) != null) {
        throw new IOException(field + " is there twice");
      }
    }
    int total = (int) required(Field.TOTAL, values);
    int remaining = (int) required(Field.REMAINING, values);
    long resetAfterMillis = required(Field.RESET_AFTER, values);
    int maxConcurrency = (int) required(Field.MAX_CONCURRENCY, values);
    return new SessionStartLimit(
        total, clamped(remaining, total), Duration.ofMillis(resetAfterMillis), maxConcurrency);
  }

  private static long required(Field field, Map<Field, Long> values) throws IOException {
    Long value = values.get(field);
    if (value == null) {
      throw new IOException(field + " is missing");
    }
    return value;
  }

  private static int clamped(int remaining, int total) {
    if (remaining <= total) {
      return remaining;
    }
    LOGGER.log(
        WARNING,
        "Discord tells of "
            + remaining
            + " session starts left of a total of "
            + total
            + "; taken as "
            + total);
    return total;
  }

  private static void requireObject(String what, JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new IOException(what + " is " + kind(json.currentToken()) + ", expected an object");
    }
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a number with a fraction";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> "no value";
    };
  }

  /** What the limit consists of, and what is accepted for it. */
  private enum Field {
    TOTAL(0, Integer.MAX_VALUE),
    REMAINING(0, Integer.MAX_VALUE),
    RESET_AFTER(0, Long.MAX_VALUE),
    MAX_CONCURRENCY(1, Integer.MAX_VALUE);

    private final long least;
    private final long most;

    Field(long least, long most) {
      this.least = least;
      this.most = most;
    }

    static @Nullable Field named(String name) {
      for (Field field : values()) {
        if (field.toString().equals(name)) {
          return field;
        }
      }
      return null;
    }

    long read(JsonParser json) throws IOException {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw new IOException(this + " is " + kind(json.currentToken()) + ", expected " + range());
      }
      if (json.getNumberType() == NumberType.BIG_INTEGER) {
        throw new IOException(this + " is beyond 64 bits, expected " + range());
      }
      long value = json.getLongValue();
      if (value < least || value > most) {
        throw new IOException(this + " is " + value + ", expected " + range());
      }
      return value;
    }

    private String range() {
      return "a whole number from " + least + " to " + most;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
