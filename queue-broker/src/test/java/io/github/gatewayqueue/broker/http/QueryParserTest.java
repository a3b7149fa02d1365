package io.github.gatewayqueue.broker.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gatewayqueue.broker.requests.ShardQuery;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryParserTest {
  private static final Duration MAX_HOLD = Duration.ofSeconds(30);

  private static ShardQuery parse(String uri) {
    return QueryParser.parse(uri, MAX_HOLD);
  }

  @ParameterizedTest
  @CsvSource({
    "/, 0, 1, false",
    "/?, 0, 1, false",
    "/?shard=0, 0, 1, true",
    "/?shard=3, 3, 4, true",
    "/?shard=3&total=16, 3, 16, true",
    "/?total=16&shard=3, 3, 16, true",
    "/?total=16, 0, 16, false",
    "/?shard=3&max_concurrency=1&x, 3, 4, true",
    "/?shard=%33, 3, 4, true",
    "/?shard=007, 7, 8, true",
    "/?shard=9223372036854775806, 9223372036854775806, 9223372036854775807, true",
    "http://broker:8080/?shard=3, 3, 4, true"
  })
  void parse_properQuery_isUnderstood(String uri, long shard, long total, boolean named) {
    assertEquals(new ShardQuery(shard, total, named, null), parse(uri));
  }

  @Test
  void parse_asManyParametersAsALineHolds_allAreRead() {
    ShardQuery last = parse("/?" + "a&".repeat(2040) + "shard=4");
    assertEquals(new ShardQuery(4, 5, true, null), last);
  }

  @ParameterizedTest
  @CsvSource({"1s, PT1S", "0.5s, PT0.5S", "30s, PT30S", "31s, PT30S", "2h, PT30S", "0m20s, PT20S"})
  void parse_hold_isATimeOfAtMostWhatTheBrokerAllows(String text, Duration hold) {
    assertEquals(new ShardQuery(3, 4, true, hold), parse("/?shard=3&hold=" + text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/?shard=x|shard is 'x', expected a number from 0 to 9223372036854775807",
        "/?shard=|shard is '', expected a number from 0 to 9223372036854775807",
        "/?shard|shard is '', expected a number from 0 to 9223372036854775807",
        "/?shard=-1|shard is '-1', expected a number from 0 to 9223372036854775807",
        "/?shard=+1|shard is ' 1', expected a number from 0 to 9223372036854775807",
        "/?shard=1.0|shard is '1.0', expected a number from 0 to 9223372036854775807",
        "/?shard=0x1|shard is '0x1', expected a number from 0 to 9223372036854775807",
        "/?shard=%D9%A3|shard is '٣', expected a number from 0 to 9223372036854775807",
        "/?shard=9223372036854775808|shard is '9223372036854775808', expected a number from 0 to"
            + " 9223372036854775807",
        "/?shard=99999999999999999999999999999999999999999999|shard is"
            + " '9999999999999999999999999999999999999999…', expected a number from 0 to"
            + " 9223372036854775807",
        "/?shard=9223372036854775807|shard is '9223372036854775807' and there is no total, expected"
            + " at most 9223372036854775806",
        "/?total=0|total is '0', expected a number from 1 to 9223372036854775807",
        "/?shard=16&total=16|shard is '16' of total '16', expected 0 to 15",
        "/?hold=30|hold is '30', expected a time such as 30s or 0.5s, more than zero",
        "/?shard=1&shard=1|shard is given 2 times, expected once",
        "/?total=2&total=3&total=4|total is given 3 times, expected once",
        "/?shard=%zz|the query '/?shard=%zz' cannot be decoded, expected %"
            + " only before two hexadecimal digits",
      })
  void parse_improperQuery_isRefusedNamingTheValue(String uri, String message) {
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, () -> parse(uri)).getMessage());
  }
}
