package io.github.gatewayqueue.discord;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The sample in the Javadoc. */
class UsageTest {

  @Test
  void sample_readsTheLimit() throws IOException, InterruptedException {
    try (var rest = new FakeRest(FakeRest.ok(FakeRest.LIMIT))) {
      String token = "MTk4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";
      URI proxy = rest.url();
      // @start region="usage"
      SessionStartLimitSource limits =
          DiscordSessionStartLimitSource.builder(token)
              .baseUrl(proxy) // without this line: https://discord.com/api/v10
              .build();
      SessionStartLimit limit = limits.fetch();
      System.out.printf("%s of %s starts left%n", limit.remaining(), limit.total());
      // @end
      assertEquals(new SessionStartLimit(1000, 999, Duration.ofHours(4), 16), limit);
    }
  }
}
