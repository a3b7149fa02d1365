package io.github.gatewayqueue.examples.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  @Test
  void parse_nothing_isFiveShardsAtSixSeconds() {
    assertEquals(new Options(5, Duration.ofSeconds(6)), Options.parse());
  }

  @ParameterizedTest
  @CsvSource({"6s, 6000", "0.5s, 500", "1m30s, 90000", "1h, 3600000"})
  void parse_interval_isReadWithItsUnit(String interval, long millis) {
    assertEquals(
        new Options(3, Duration.ofMillis(millis)),
        Options.parse("--interval", interval, "--shards", "3"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --shards 0      | --shards is 0, expected a number from 1 to 100000
          --shards -1     | --shards is -1, expected a number from 1 to 100000
          --shards 100001 | --shards is 100001, expected a number from 1 to 100000
          --shards five   | --shards is five, expected a number from 1 to 100000
          --shards        | --shards has no value, see --help
          --interval      | --interval has no value, see --help
          --interval 6    | --interval is 6, expected a time such as 6s, 0.5s or 1m30s
          --interval 0s   | --interval is 0s, expected a time such as 6s, 0.5s or 1m30s
          --interval -6s  | --interval is -6s, expected a time such as 6s, 0.5s or 1m30s
          --interval soon | --interval is soon, expected a time such as 6s, 0.5s or 1m30s
          --shard 5       | unknown option --shard, expected --shards, --interval or --help
          5               | unknown option 5, expected --shards, --interval or --help
          """)
  void parse_badArguments_areRefusedByName(String arguments, String message) {
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> Options.parse(arguments.split(" ")));
    assertEquals(message, thrown.getMessage());
  }
}
