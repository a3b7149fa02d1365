package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.json.DecodeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {

  @Test
  void parse_identify_isRead() {
    var payload =
        Payload.parse("{\"op\":2,\"d\":{\"token\":\"t\",\"shard\":[3,4000000000],\"seq\":7}}");
    assertEquals(2, payload.op());
    assertEquals("t", payload.text("token"));
    assertArrayEquals(new long[] {3, 4_000_000_000L}, payload.shard());
    assertEquals(7, payload.number("seq"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"op\":2,\"d\":{}}", "{\"op\":2,\"d\":{\"shard\":null}}"})
  void shard_missing_isTheOnlyOne(String text) {
    assertArrayEquals(new long[] {0, 1}, Payload.parse(text).shard());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "null",
        "[]",
        "7",
        "{",
        "{}",
        "{\"op\":\"2\"}",
        "{\"op\":1.5}",
        "{\"op\":1}{}",
        "{\"op\":99999999999}"
      })
  void parse_notAMessage_isRefused(String text) {
    assertThrows(DecodeException.class, () -> Payload.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "{}",
        "[]",
        "[1]",
        "[1,2,3]",
        "[\"0\",\"1\"]",
        "[0,null]",
        "[0.5,1]",
        "[0,99999999999999999999]"
      })
  void shard_malformed_isRefused(String shard) {
    var payload = Payload.parse("{\"op\":2,\"d\":{\"shard\":%s}}".formatted(shard));
    assertThrows(DecodeException.class, payload::shard);
  }

  @Test
  void shard_threeNumbers_isRefusedWithTheirNumber() {
    var payload = Payload.parse("{\"op\":2,\"d\":{\"shard\":[1,2,3]}}");
    var thrown = assertThrows(DecodeException.class, payload::shard);
    assertEquals("shard has 3 elements, expected 2", thrown.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"op\":2}",
        "{\"op\":2,\"d\":null}",
        "{\"op\":2,\"d\":[]}",
        "{\"op\":2,\"d\":{\"token\":1}}",
        "{\"op\":2,\"d\":{}}"
      })
  void text_malformed_isRefused(String text) {
    var payload = Payload.parse(text);
    assertThrows(DecodeException.class, () -> payload.text("token"));
  }
}
