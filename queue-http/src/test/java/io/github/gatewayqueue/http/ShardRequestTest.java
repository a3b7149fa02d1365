package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardRequestTest {
  @ParameterizedTest
  @CsvSource({"PT0S, PT0S", "PT1H, PT1H", "PT1H0.1S, PT1H", "PT99999H, PT1H"})
  void capped_retryAfter_isAnHourAtMost(Duration asked, Duration expected) {
    assertEquals(expected, ShardRequest.capped(asked));
  }
}
