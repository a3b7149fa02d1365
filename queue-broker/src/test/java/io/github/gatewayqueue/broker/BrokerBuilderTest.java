package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerBuilderTest extends BrokerTestBase {

  @ParameterizedTest
  @CsvSource({"false, 6, 6", "false, 20, 20", "true, 6, 10", "true, 20, 20"})
  void startDelay_notSet_isAnIntervalAndWithADiscordTokenTenSecondsAtLeast(
      boolean discord, long intervalSeconds, long delaySeconds) {
    Broker.Builder builder = Broker.builder().interval(Duration.ofSeconds(intervalSeconds));
    if (discord) {
      builder.discordToken("abc");
    }
    assertEquals(Duration.ofSeconds(delaySeconds), builder.settings().startDelay());
    builder.redis(URI.create("redis://127.0.0.1:6379"));
    assertEquals(Duration.ofSeconds(delaySeconds + 6), builder.settings().startDelay());
  }

  @ParameterizedTest
  @CsvSource({"::1", "[::1]"})
  void host_ipv6WithAndWithoutBrackets_isListenedOn(String host) {
    Broker broker = start(builder().host(host));
    assertEquals("http://[::1]:" + broker.port(), broker.uri().toString());
  }

  @Test
  void token_isTheBotsToo_isRefusedWithoutRepeatingIt() {
    Broker.Builder builder = builder().token("abc.def").discordToken("abc.def");
    var thrown = assertThrows(IllegalArgumentException.class, builder::start);
    assertFalse(thrown.toString().contains("abc.def"), thrown.toString());
  }

  @Test
  void discordToken_withTheSchemeOfItsHeader_isTakenWithoutIt() {
    Map<String, String> environment = Map.of("DISCORD_TOKEN", "Bot abc.def");
    Configuration configuration = new Configuration(setting -> null, environment);
    assertEquals("abc.def", configuration.broker().settings().discordToken());
  }
}
