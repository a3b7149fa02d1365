package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.cli.Configuration;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerBuilderTest extends BrokerTestBase {

  @ParameterizedTest
  @CsvSource({"false, 6, 6", "false, 20, 20", "true, 6, 10", "true, 20, 20"})
  void startDelay_notSet_isAnIntervalAndWithADiscordTokenTenSecondsAtLeast(
      boolean discord, long intervalSeconds, long delaySeconds) {
    Broker.Builder builder = Broker.builder().interval(Duration.ofSeconds(intervalSeconds));
    if (discord) {
      builder.discordToken("abc");
    }
    assertEquals(Duration.ofSeconds(delaySeconds), builder.settings().queue().startDelay());
    builder.redis(URI.create("redis://127.0.0.1:6379"));
    assertEquals(Duration.ofSeconds(delaySeconds + 6), builder.settings().queue().startDelay());
  }

  @Test
  void startDelay_recordThatIsThereAndNotSet_isNone(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("starts");
    Broker.Builder builder = Broker.builder().discordToken("abc").record(file);
    assertEquals(Duration.ofSeconds(10), builder.settings().queue().startDelay());
    Files.createFile(file); // as it is left by a broker that could not write it
    assertEquals(Duration.ofSeconds(10), builder.settings().queue().startDelay());
    Files.writeString(file, "gateway-queue start record 1\n");
    assertEquals(Duration.ZERO, builder.settings().queue().startDelay());
    if (file.toFile().setWritable(false) && !Files.isWritable(file)) { // root may write everywhere
      assertEquals(Duration.ofSeconds(10), builder.settings().queue().startDelay());
    }
    builder.startDelay(Duration.ofSeconds(3));
    assertEquals(Duration.ofSeconds(3), builder.settings().queue().startDelay());
  }

  @Test
  void record_withoutADiscordTokenOrWithARedis_isRefused() {
    String message =
        "there is a start record, starts, expected a Discord token and no Redis with it";
    Broker.Builder builder = Broker.builder().record(Path.of("starts"));
    var thrown = assertThrows(IllegalArgumentException.class, builder::settings);
    assertEquals(message, thrown.getMessage());
    builder.discordToken("abc").redis(URI.create("redis://127.0.0.1:6379"));
    thrown = assertThrows(IllegalArgumentException.class, builder::settings);
    assertEquals(message, thrown.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"::1", "[::1]"})
  void host_ipv6WithAndWithoutBrackets_isListenedOn(String host) {
    Broker broker = start(builder().host(host));
    assertEquals("http://[::1]:" + broker.port(), broker.uri().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "[::]", "192.0.2.1"})
  void token_noneThoughOthersReachTheHost_isRefused(String host) {
    Broker.Builder builder = builder().host(host);
    var thrown = assertThrows(IllegalArgumentException.class, builder::start);
    assertEquals(
        "there is no token for clients, and other machines can reach "
            + host.replaceAll("[\\[\\]]", "")
            + ", expected GATEWAY_QUEUE_TOKEN, --token-file, or --no-token if all of them may ask",
        thrown.getMessage());
    assertFalse(builder.noToken().settings().loopback());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
  void token_noneAndOnlyThisMachineReachesTheHost_isFine(String host) {
    assertTrue(builder().host(host).settings().loopback());
  }

  @Test
  void noToken_onAllAddresses_servesAndWarns() {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.broker", Level.WARNING)) {
      start(builder().host("0.0.0.0").noToken());
      assertEquals(
          List.of(
              "WARNING: no token is asked for on 0.0.0.0: every machine that reaches it can use up"
                  + " the session starts"),
          log.lines());
    }
  }

  @Test
  void noToken_onLoopbackOrWithAToken_doesNotWarn() {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.broker", Level.WARNING)) {
      start(builder());
      start(builder().host("0.0.0.0").token("s3cret"));
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void noToken_andAToken_isRefused() {
    Broker.Builder builder = builder().token("s3cret").noToken();
    var thrown = assertThrows(IllegalArgumentException.class, builder::start);
    assertEquals(
        "there is a token for clients, and --no-token as well, expected one of the two",
        thrown.getMessage());
  }

  @Test
  void host_blank_isRefused() {
    Broker.Builder builder = builder();
    var thrown = assertThrows(IllegalArgumentException.class, () -> builder.host(" "));
    assertEquals("host is blank, expected a name or an address", thrown.getMessage());
  }

  @Test
  void times_outOfRange_areRefusedByName() {
    Broker.Builder builder = builder();
    Duration tooLong = Duration.ofDays(365).plusMillis(1);
    var thrown = assertThrows(IllegalArgumentException.class, () -> builder.interval(tooLong));
    assertEquals(
        "interval is 365 d 1 ms, expected more than 0 and at most 365 days", thrown.getMessage());
    thrown = assertThrows(IllegalArgumentException.class, () -> builder.startDelay(tooLong));
    assertEquals("startDelay is 365 d 1 ms, expected 0 to 365 days", thrown.getMessage());
  }

  @Test
  void host_hasNoAddress_isRefusedNamingIt() {
    Broker.Builder builder = builder().host("no-such-host.invalid");
    var thrown = assertThrows(UncheckedIOException.class, builder::start);
    assertEquals(
        "cannot listen on no-such-host.invalid:0: there is no address of this name",
        thrown.getMessage());
  }

  @Test
  void token_isTheBotsToo_isRefusedWithoutRepeatingIt() {
    Broker.Builder builder = builder().token("abc.def").discordToken("abc.def");
    var thrown = assertThrows(IllegalArgumentException.class, builder::start);
    assertFalse(thrown.toString().contains("abc.def"), thrown.toString());
  }

  @Test
  void name_notSet_isTheNamespaceIfThereIsOne() {
    Broker.Builder builder = builder().redisNamespace("music");
    assertNull(builder.settings().name());
    builder.redis(URI.create("redis://127.0.0.1:6379"));
    assertEquals("music", builder.settings().name());
    assertEquals("Music bot", builder.name(" Music bot ").settings().name());
    assertNull(builder().redis(URI.create("redis://127.0.0.1:6379")).settings().name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a\nb", "\u0085"})
  void name_blankOrWithControlCharacters_isRefused(String name) {
    var thrown = assertThrows(IllegalArgumentException.class, () -> builder().name(name));
    assertTrue(("" + thrown.getMessage()).startsWith("name is '" + name + "', expected 1 to 100 "));
    assertThrows(IllegalArgumentException.class, () -> builder().name("x".repeat(101)));
  }

  @Test
  void discordToken_withTheSchemeOfItsHeader_isTakenWithoutIt() {
    Map<String, String> environment = Map.of("DISCORD_TOKEN", "Bot abc.def");
    Configuration configuration = new Configuration(setting -> null, environment);
    assertEquals("abc.def", configuration.broker().settings().queue().discordToken());
  }
}
