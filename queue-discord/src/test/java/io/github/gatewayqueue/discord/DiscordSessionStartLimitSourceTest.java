package io.github.gatewayqueue.discord;

import static io.github.gatewayqueue.discord.FakeRest.answer;
import static io.github.gatewayqueue.discord.FakeRest.ok;
import static io.github.gatewayqueue.discord.FakeRest.rateLimited;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.io.IOException;
import java.net.Authenticator;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole answers of a proper HTTP server. */
class DiscordSessionStartLimitSourceTest {
  private static final SessionStartLimit USUAL =
      new SessionStartLimit(1000, 999, Duration.ofHours(4), 16);

  @Test
  void fetch_properAnswer_isRead() throws IOException, InterruptedException {
    try (var rest = new FakeRest(ok(FakeRest.LIMIT));
        var log = new CapturedLog("io.github.gatewayqueue.discord", Level.ALL)) {
      assertEquals(USUAL, Calls.at(rest.url()).build().fetch());
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void fetch_twice_asksAfresh() throws IOException, InterruptedException {
    String later = FakeRest.LIMIT.replace("999", "998");
    try (var rest = new FakeRest(ok(FakeRest.LIMIT), ok(later))) {
      var limits = Calls.at(rest.url()).build();
      assertEquals(999, limits.fetch().remaining());
      assertEquals(998, limits.fetch().remaining());
    }
  }

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 7); // it may overflow

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bot "})
  void fetch_tokenWithOrWithoutPrefix_sendsWhatDiscordDemands(String prefix)
      throws IOException, InterruptedException {
    try (var rest = new FakeRest(ok(FakeRest.LIMIT))) {
      var limits =
          DiscordSessionStartLimitSource.builder(prefix + Calls.TOKEN).baseUrl(rest.url()).build();
      assertEquals(USUAL, limits.fetch());
      var request = rest.requests().getFirst();
      assertEquals("GET", request.method());
      assertEquals(URI.create("/api/v10/gateway/bot"), request.uri());
      assertEquals(List.of("Bot " + Calls.TOKEN), request.headers().get("Authorization"));
      assertEquals(List.of(UserAgent.value()), request.headers().get("User-agent"));
      assertEquals(List.of("application/json"), request.headers().get("Accept"));
      assertFalse(request.headers().containsKey("Upgrade"), "no upgrade to HTTP/2 is asked for");
    }
  }

  @ParameterizedTest
  @CsvSource({"'', /gateway/bot", "/, /gateway/bot", "/a%20b/, /a%20b/gateway/bot"})
  void fetch_baseUrlWithAnyPath_isExtended(String path, String expected)
      throws IOException, InterruptedException {
    try (var rest = new FakeRest(ok(FakeRest.LIMIT))) {
      URI url = rest.url().resolve("/");
      String base = url.toString().substring(0, url.toString().length() - 1) + path;
      assertEquals(USUAL, Calls.at(URI.create(base)).build().fetch());
      assertEquals(URI.create(expected), rest.requests().getFirst().uri());
    }
  }

  @Test
  void fetch_refusedToken_saysSo() throws IOException {
    try (var rest = new FakeRest(answer(401))) {
      String message = Calls.failure(GatewayQueueException.class, Calls.at(rest.url()).build());
      assertEquals(
          asked(rest)
              + " answered 401: the token is not valid; check it, or reset it in Discord's developer"
              + " portal",
          message);
    }
  }

  /** A source keeps its token, so more requests would only bring the address closer to a block. */
  @Test
  void fetch_refusedTokenAgainAndAgain_isAskedMoreAndMoreSeldom()
      throws IOException, InterruptedException {
    try (var rest = new FakeRest(answer(401), answer(401), ok(FakeRest.LIMIT))) {
      var limits = Calls.at(rest.url()).nanos(nanos::get).build();
      String message = Calls.failure(GatewayQueueException.class, limits);
      for (int i = 0; i < 100; i++) {
        assertEquals(message, Calls.failure(GatewayQueueException.class, limits));
      }
      assertEquals(1, rest.requests().size());
      pass(Duration.ofSeconds(5));
      Calls.failure(GatewayQueueException.class, limits);
      pass(Duration.ofSeconds(10).minusNanos(1));
      Calls.failure(GatewayQueueException.class, limits);
      assertEquals(2, rest.requests().size());
      pass(Duration.ofNanos(1));
      assertEquals(USUAL, limits.fetch());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"message\": \"internal network error\", \"code\": 40333}",
        "<!DOCTYPE html><title>Access denied | discord.com used Cloudflare</title>"
      })
  void fetch_forbidden_isAnOutageAndNoRefusedToken(String body)
      throws IOException, InterruptedException {
    try (var rest = new FakeRest(new FakeRest.Answer(403, Map.of(), body), ok(FakeRest.LIMIT))) {
      var limits = Calls.at(rest.url()).build();
      assertEquals(
          asked(rest)
              + " answered 403, expected 200; the token is not what is refused: look at what stands"
              + " before Discord",
          Calls.ioFailure(limits));
      assertEquals(USUAL, limits.fetch());
    }
  }

  /** With an authenticator, the JDK may look into a 401 itself. */
  @Test
  void fetch_refusedTokenAndClientWithAuthenticator_saysSo() throws IOException {
    try (var rest = new FakeRest(answer(401));
        var client = HttpClient.newBuilder().authenticator(new Authenticator() {}).build()) {
      String message =
          Calls.failure(
              GatewayQueueException.class, Calls.at(rest.url()).httpClient(client).build());
      assertTrue(
          message.startsWith(asked(rest) + " answered 401: the token is not valid"), message);
      assertEquals(1, rest.requests().size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 204, 400, 404, 405, 407, 418, 500, 502, 503, 504, 520, 599})
  void fetch_otherStatus_isNamed(int status) throws IOException {
    try (var rest = new FakeRest(answer(status))) {
      assertEquals(
          asked(rest) + " answered " + status + ", expected 200",
          Calls.ioFailure(Calls.at(rest.url()).build()));
      assertEquals(1, rest.requests().size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void fetch_redirect_isNotFollowed(int status) throws IOException {
    try (var elsewhere = new FakeRest(ok(FakeRest.LIMIT));
        var rest =
            new FakeRest(
                new FakeRest.Answer(
                    status, Map.of("Location", elsewhere.url() + "/gateway/bot"), ""))) {
      assertEquals(
          asked(rest)
              + " answered "
              + status
              + ", expected 200; redirects are not followed, as the token must not go elsewhere:"
              + " check the base URL",
          Calls.ioFailure(Calls.at(rest.url()).build()));
      assertEquals(List.of(), elsewhere.requests());
    }
  }

  @Test
  void fetch_malformedBody_saysWhatIsWrong() throws IOException {
    try (var rest = new FakeRest(ok("<html>"))) {
      assertEquals(
          asked(rest)
              + " gave no session start limit: the body is not proper JSON at line 1, column 2",
          Calls.ioFailure(Calls.at(rest.url()).build()));
    }
  }

  @Test
  void fetch_tenMegabytes_isRefused() throws IOException {
    try (var rest = new FakeRest(ok(FakeRest.LIMIT + " ".repeat(10_000_000)))) {
      assertEquals(
          asked(rest) + " answered more than 65536 bytes",
          Calls.ioFailure(Calls.at(rest.url()).build()));
    }
  }

  @Test
  void fetch_bodyOfTheLargestSize_isReadAndOneByteMoreIsNot()
      throws IOException, InterruptedException {
    int padding = DiscordSessionStartLimitSource.MAX_BODY_BYTES - FakeRest.LIMIT.length();
    String largest = FakeRest.LIMIT + " ".repeat(padding);
    try (var rest = new FakeRest(ok(largest), ok(largest + " "))) {
      var limits = Calls.at(rest.url()).build();
      assertEquals(USUAL, limits.fetch());
      assertEquals(asked(rest) + " answered more than 65536 bytes", Calls.ioFailure(limits));
    }
  }

  @ParameterizedTest
  @CsvSource({"429, 82721, PT22H58M41S", "429, '2814, 2', PT46M54S", "503, 0.25, PT0.25S"})
  void fetch_askedToWait_sendsNothingUntilThen(int status, String retryAfter, Duration wait)
      throws IOException, InterruptedException {
    try (var rest =
        new FakeRest(
            new FakeRest.Answer(status, Map.of("Retry-After", retryAfter), ""),
            ok(FakeRest.LIMIT))) {
      var limits = Calls.at(rest.url()).nanos(nanos::get).build();
      assertEquals(wait, Calls.unavailable(limits));
      pass(wait.minusNanos(1));
      assertEquals(Duration.ofNanos(1), Calls.unavailable(limits));
      assertEquals(1, rest.requests().size());
      pass(Duration.ofNanos(1));
      assertEquals(USUAL, limits.fetch());
    }
  }

  @Test
  void fetch_askedToWait_saysWhoAndHowLong() throws IOException {
    try (var rest = new FakeRest(rateLimited("82721"))) {
      var limits = Calls.at(rest.url()).nanos(nanos::get).build();
      String asked = asked(rest) + " answered 429 and asks to wait 82721 s";
      assertEquals(asked, Calls.failure(SessionStartLimitUnavailableException.class, limits));
      pass(Duration.ofSeconds(2_721));
      assertEquals(
          asked + ", of which 80000 s are left",
          Calls.failure(SessionStartLimitUnavailableException.class, limits));
    }
  }

  @Test
  void fetch_rateLimitedForNoTimeAgainAndAgain_waitsMinutesAllTheSame() throws IOException {
    try (var rest = new FakeRest(rateLimited("0"))) {
      var limits = Calls.at(rest.url()).nanos(nanos::get).build();
      assertEquals(Duration.ZERO, Calls.unavailable(limits));
      for (int minutes : new int[] {1, 2, 4}) {
        assertEquals(Duration.ofMinutes(minutes), Calls.unavailable(limits));
        pass(Duration.ofMinutes(minutes));
      }
    }
  }

  @Test
  void fetch_rateLimitedAgainAndAgain_waitsMinutesThatDouble()
      throws IOException, InterruptedException {
    List<FakeRest.Answer> answers = new ArrayList<>(Collections.nCopies(8, answer(429)));
    answers.add(ok(FakeRest.LIMIT));
    answers.add(answer(429));
    try (var rest = new FakeRest(answers.toArray(FakeRest.Answer[]::new))) {
      var limits = Calls.at(rest.url()).nanos(nanos::get).build();
      for (int minutes : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
        assertEquals(Duration.ofMinutes(minutes), Calls.unavailable(limits));
        pass(Duration.ofMinutes(minutes));
      }
      assertEquals(USUAL, limits.fetch());
      assertEquals(Duration.ofMinutes(1), Calls.unavailable(limits));
    }
  }

  @Test
  void fetch_refusedAfterRateLimited_saysSo() throws IOException {
    try (var rest = new FakeRest(rateLimited("0"), answer(401))) {
      var limits = Calls.at(rest.url()).build();
      assertEquals(Duration.ZERO, Calls.unavailable(limits));
      String message = Calls.failure(GatewayQueueException.class, limits);
      assertTrue(message.startsWith(asked(rest) + " answered 401"), message);
    }
  }

  @Test
  void fetch_interruptedOnEntry_throwsAndAsksNothing() throws IOException {
    try (var rest = new FakeRest(ok(FakeRest.LIMIT))) {
      var limits = Calls.at(rest.url()).build();
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, limits::fetch);
      assertFalse(Thread.currentThread().isInterrupted());
      assertEquals(List.of(), rest.requests());
    }
  }

  @Test
  void fetch_fromManyThreads_isReadByAll() throws IOException, InterruptedException {
    try (var rest = new FakeRest(ok(FakeRest.LIMIT))) {
      var limits = Calls.at(rest.url()).build();
      List<FutureTask<SessionStartLimit>> readings = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        var reading = new FutureTask<>(limits::fetch);
        readings.add(reading);
        Thread.ofVirtual().start(reading);
      }
      for (var reading : readings) {
        assertEquals(USUAL, result(reading));
      }
      assertEquals(20, rest.requests().size());
    }
  }

  @Test
  void fetch_withoutClient_leavesNoThreadBehind() throws IOException, InterruptedException {
    Set<Thread> before = clientThreads();
    try (var rest = new FakeRest(ok(FakeRest.LIMIT), answer(503))) {
      var limits = Calls.at(rest.url()).build();
      assertEquals(USUAL, limits.fetch());
      Calls.ioFailure(limits);
    }
    Await.until(() -> before.containsAll(clientThreads()));
  }

  @Test
  void fetch_withClient_leavesItOpen() throws IOException, InterruptedException {
    try (var rest = new FakeRest(ok(FakeRest.LIMIT));
        var client = HttpClient.newHttpClient()) {
      var limits = Calls.at(rest.url()).httpClient(client).build();
      assertEquals(USUAL, limits.fetch());
      assertEquals(USUAL, limits.fetch());
      assertFalse(client.isTerminated());
    }
  }

  @Test
  void fetch_clientThatIsClosed_isAnIoException() throws IOException {
    try (var rest = new FakeRest(ok(FakeRest.LIMIT))) {
      var client = HttpClient.newHttpClient();
      client.close();
      String message = Calls.ioFailure(Calls.at(rest.url()).httpClient(client).build());
      assertTrue(message.startsWith(asked(rest) + " failed: java.io.IOException: "), message);
      assertEquals(List.of(), rest.requests());
    }
  }

  private static String asked(FakeRest rest) {
    return "GET " + rest.url() + "/gateway/bot";
  }

  private static Set<Thread> clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("HttpClient-"))
        .collect(Collectors.toSet());
  }

  private static SessionStartLimit result(FutureTask<SessionStartLimit> reading)
      throws InterruptedException {
    try {
      return reading.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
