package io.github.gatewayqueue.fakediscord;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A message from a client. Reading a field that is missing or has another type throws a {@link
 * DecodeException}.
 */
final class Payload {
  private final int op;
  private final @Nullable Object data;

  private Payload(int op, @Nullable Object data) {
    this.op = op;
    this.data = data;
  }

  static Payload parse(String text) {
    JsonObject message = expect(Json.decodeValue(text), JsonObject.class, "the message");
    return new Payload(expect(message.getValue("op"), Integer.class, "op"), message.getValue("d"));
  }

  int op() {
    return op;
  }

  String text(String field) {
    return expect(data().getValue(field), String.class, field);
  }

  long number(String field) {
    return number(data().getValue(field), field);
  }

  /** The shard's id and its total; a bot that does not shard is shard 0 of 1. */
  long[] shard() {
    Object shard = data().getValue("shard");
    if (shard == null) {
      return new long[] {0, 1};
    }
    JsonArray array = expect(shard, JsonArray.class, "shard");
    if (array.size() != 2) {
      throw new DecodeException("shard has %s elements, expected 2".formatted(array.size()));
    }
    return new long[] {number(array.getValue(0), "shard"), number(array.getValue(1), "shard")};
  }

  private JsonObject data() {
    return expect(data, JsonObject.class, "d");
  }

  private static long number(@Nullable Object value, String what) {
    // A decimal, or one beyond 64 bits, is of another class.
    return value instanceof Integer small ? small : expect(value, Long.class, what);
  }

  private static <T> T expect(@Nullable Object value, Class<T> type, String what) {
    if (!type.isInstance(value)) {
      throw new DecodeException("%s is no %s".formatted(what, type.getSimpleName()));
    }
    return type.cast(value);
  }
}
