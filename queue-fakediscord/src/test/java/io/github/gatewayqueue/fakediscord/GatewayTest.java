package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.JsonObject;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayTest {
  private static final String PLAIN = "v=10&encoding=json";
  private static final String COMPRESSED = PLAIN + "&compress=zlib-stream";

  /** So long that no test outlasts it. */
  private final FakeDiscord discord =
      FakeDiscord.builder()
          .maxConcurrency(16)
          .identifyInterval(Duration.ofMinutes(10))
          .heartbeatInterval(Duration.ofMillis(12_345))
          .start();

  @AfterEach
  void close() {
    discord.close();
  }

  private GatewayClient connect() {
    return GatewayClient.connect(discord, PLAIN);
  }

  private List<Verdict> verdicts() {
    return discord.identifies().stream().map(Identify::verdict).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, COMPRESSED, ""})
  void identify_firstOfItsBucket_isReady(String query) throws InterruptedException {
    try (var client = GatewayClient.connect(discord, query)) {
      assertEquals(12_345, client.hello().getInteger("heartbeat_interval"));
      client.heartbeat();
      client.identify(3, 32);
      JsonObject ready = client.ready();
      assertEquals(10, ready.getInteger("v"));
      assertEquals("[3,32]", ready.getJsonArray("shard").encode());
      assertEquals("[]", ready.getJsonArray("guilds").encode());
      assertEquals(discord.gatewayUri().toString(), ready.getString("resume_gateway_url"));
      assertEquals(1, ready.getJsonArray("_trace").size());
      assertTrue(ready.getString("session_id").matches("[0-9a-f]{32}"));
      assertTrue(ready.getJsonObject("user").getBoolean("bot"));
      assertEquals("1000000000000000000", ready.getJsonObject("application").getString("id"));
      client.heartbeat();
    }
    Identify identify = discord.identifies().get(0);
    assertEquals(3, identify.shardId());
    assertEquals(32, identify.shardTotal());
    assertEquals(3, identify.bucket());
    assertEquals(Verdict.ACCEPTED, identify.verdict());
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, COMPRESSED})
  void identify_tooEarly_isInvalidSession_andTheSocketStaysOpen(String query)
      throws InterruptedException {
    try (var first = GatewayClient.connect(discord, query);
        var second = GatewayClient.connect(discord, query)) {
      first.start(0, 32);
      second.hello();
      second.identify(16, 32);
      assertEquals(false, second.next(9).getBoolean("d"));
      second.identify(17, 32);
      second.ready();
    }
    assertEquals(List.of(Verdict.ACCEPTED, Verdict.TOO_EARLY, Verdict.ACCEPTED), verdicts());
    assertEquals(1, discord.score().violations());
    assertEquals(997, discord.score().remaining());
  }

  @Test
  void identify_intervalOfANanosecond_isNeverTooEarly() throws InterruptedException {
    try (var lenient = FakeDiscord.builder().identifyInterval(Duration.ofNanos(1)).start()) {
      for (int shard = 0; shard < 4; shard++) {
        try (var client = GatewayClient.connect(lenient)) {
          client.start(shard, 4);
        }
      }
      assertTrue(lenient.score().isClean(), lenient.score().toString());
    }
  }

  @Test
  void identify_afterTheInterval_isAccepted() throws InterruptedException {
    try (var quick = FakeDiscord.builder().identifyInterval(Duration.ofMillis(200)).start();
        var client = GatewayClient.connect(quick)) {
      client.start(0, 2);
      try (var second = GatewayClient.connect(quick)) {
        second.hello();
        Await.await()
            .until(() -> {
              second.identify(1, 2);
              return second.next().getInteger("op") == 0;
            });
      }
      List<Identify> identifies = quick.identifies();
      Identify first = identifies.get(0);
      for (Identify later : identifies.subList(1, identifies.size())) {
        boolean inTime = later.nanoTime() - first.nanoTime() >= 200_000_000;
        assertEquals(inTime ? Verdict.ACCEPTED : Verdict.TOO_EARLY, later.verdict());
      }
    }
  }

  @Test
  void identify_otherOrderAcrossAndWithinBuckets_isNotPunished() throws InterruptedException {
    for (int shard : List.of(31, 2, 17, 0)) {
      try (var client = connect()) {
        client.start(shard, 32);
      }
    }
    assertEquals(
        List.of(31L, 2L, 17L, 0L), discord.identifies().stream().map(Identify::shardId).toList());
    assertTrue(discord.score().isClean());
  }

  @Test
  void identify_overBudget_losesTheTokenAndAllSessions() throws Exception {
    discord.setRemaining(1);
    try (var running = connect();
        var waiting = connect();
        var culprit = connect()) {
      String session = running.start(0, 3).getString("session_id");
      waiting.hello();
      culprit.hello();
      culprit.identify(1, 3);
      assertEquals(4004, culprit.closeCode());
      assertEquals(4004, running.closeCode());
      assertTrue(discord.score().tokenReset());
      waiting.resume(session, 1);
      assertEquals(4004, waiting.closeCode());
      assertEquals(401, RestClient.askLimit(discord).statusCode());
      assertRefused();
      discord.setToken("new");
      assertFalse(discord.score().tokenReset());
    }
    assertEquals(List.of(Verdict.ACCEPTED, Verdict.OVER_BUDGET, Verdict.BAD_TOKEN), verdicts());
  }

  private void assertRefused() throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      client.identify(2, 3);
      assertEquals(4004, client.closeCode());
    }
  }

  @Test
  void identify_countLag_restDoesNotTellYet_butTheTokenIsLost() throws Exception {
    discord.setCountLag(Duration.ofHours(1));
    discord.setRemaining(1);
    try (var last = connect();
        var culprit = connect()) {
      last.start(0, 2);
      assertEquals(1, RestClient.limit(discord).getInteger("remaining"));
      assertEquals(0, discord.score().remaining());
      culprit.hello();
      culprit.identify(1, 2);
      assertEquals(4004, culprit.closeCode());
      assertEquals(4004, last.closeCode());
    }
  }

  @Test
  void startElsewhere_moreThanAreLeft_losesTheTokenAndAllSessions() throws Exception {
    try (var running = connect();
        var waiting = connect()) {
      running.start(0, 2);
      waiting.hello();
      discord.startElsewhere(989);
      assertEquals(10, RestClient.limit(discord).getInteger("remaining"));
      assertTrue(discord.score().isClean());
      running.heartbeat();
      discord.startElsewhere(11);
      assertEquals(4004, running.closeCode());
      assertTrue(discord.score().tokenReset());
      assertFalse(discord.score().isClean());
      waiting.identify(1, 2);
      assertEquals(4004, waiting.closeCode());
    }
    assertEquals(List.of(Verdict.ACCEPTED, Verdict.BAD_TOKEN), verdicts());
  }

  @Test
  void identify_lastStart_isAcceptedButNotClean() throws InterruptedException {
    discord.setRemaining(1);
    try (var client = connect()) {
      client.start(0, 1);
    }
    assertTrue(discord.score().limitHit());
    assertFalse(discord.score().tokenReset());
    assertFalse(discord.score().isClean());
  }

  @Test
  void identify_lastStartUnderStrictLimit_losesTheToken() throws InterruptedException {
    try (var strict = FakeDiscord.builder().remaining(1).strictLimit(true).start();
        var client = GatewayClient.connect(strict)) {
      client.hello();
      client.identify(0, 1);
      assertEquals(4004, client.closeCode());
      assertTrue(strict.score().tokenReset());
    }
  }

  @Test
  void identify_afterTheReset_isAccepted() throws Exception {
    discord.setRemaining(0);
    discord.setResetAfter(Duration.ofMillis(1));
    Await.await()
        .untilAsserted(() -> assertEquals(1000, RestClient.limit(discord).getInteger("remaining")));
    try (var client = connect()) {
      client.start(0, 1);
    }
    assertEquals(999, RestClient.limit(discord).getInteger("remaining"));
  }

  @Test
  void identify_wrongToken_isClosedAndFree() throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      client.identify("wrong", 0, 1);
      assertEquals(4004, client.closeCode());
    }
    assertEquals(List.of(Verdict.BAD_TOKEN), verdicts());
    assertEquals(1000, discord.score().remaining());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "-1, 1", "0, 0"})
  void identify_invalidShard_isClosed(int id, int total) throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      client.identify(id, total);
      assertEquals(4010, client.closeCode());
    }
    assertEquals(List.of(Verdict.INVALID_SHARD), verdicts());
  }

  @Test
  void identify_beforeHello_isTaken() throws InterruptedException {
    discord.faults().withholdHello();
    try (var client = connect()) {
      client.identify(0, 1);
      client.ready();
    }
  }

  @Test
  void identify_twice_isClosed() throws InterruptedException {
    try (var client = connect()) {
      client.start(0, 2);
      client.identify(1, 2);
      assertEquals(4005, client.closeCode());
    }
    assertEquals(1, discord.identifies().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense
          []
          {}
          {"op":2}
          {"op":2,"d":{"token":5}}
          {"op":2,"d":{"token":"x","shard":["0","1"]}}
          {"op":6,"d":{"token":"x"}}
          """)
  void message_malformed_isADecodeError(String message) throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      client.send(message);
      assertEquals(4002, client.closeCode());
    }
    assertEquals(List.of(), discord.identifies());
  }

  @Test
  void message_longerThanDiscordTakes_isADecodeError() throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      String heartbeat = "{\"op\":1,\"d\":null}";
      client.send(heartbeat + " ".repeat(4096 - heartbeat.length()));
      client.next(11);
      client.send(heartbeat + " ".repeat(4097 - heartbeat.length()));
      assertEquals(4002, client.closeCode());
    }
  }

  @Test
  void message_binary_isADecodeError() throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      client.sendBinary(new byte[] {1, 2, 3});
      assertEquals(4002, client.closeCode());
    }
  }

  @Test
  void message_longerThanTheTransportTakes_isADecodeError() throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      client.send("x".repeat(1_000_000));
      assertEquals(4002, client.closeCode());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 7, 9, 10, 11, 12, -1})
  void message_unknownOpcode_isClosed(int op) throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      client.send(op, null);
      assertEquals(4001, client.closeCode());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 8, 31})
  void message_thatNeedsASession_isClosedWithoutOne(int op) throws InterruptedException {
    try (var client = connect();
        var identified = connect()) {
      client.hello();
      client.send(op, new JsonObject());
      assertEquals(4003, client.closeCode());
      identified.start(0, 1);
      identified.send(op, new JsonObject());
      identified.heartbeat();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, COMPRESSED})
  void resume_afterALostSocket_isFree(String query) throws InterruptedException {
    String session;
    try (var client = GatewayClient.connect(discord, query)) {
      session = client.start(0, 1).getString("session_id");
    }
    try (var client = GatewayClient.connect(discord, query)) {
      client.hello();
      client.resume(session, 1);
      JsonObject resumed = client.next(0);
      assertEquals("RESUMED", resumed.getString("t"));
      assertEquals(2, resumed.getInteger("s"));
      client.heartbeat();
    }
    Score score = discord.score();
    assertEquals(1, score.resumes());
    assertEquals(999, score.remaining());
    assertEquals(1, score.identifies());
  }

  @Test
  void resume_unknownSession_isInvalidSession() throws InterruptedException {
    try (var client = connect()) {
      client.hello();
      client.resume("unknown", 1);
      assertEquals(false, client.next(9).getBoolean("d"));
      client.identify(0, 1);
      client.ready();
    }
    assertEquals(0, discord.score().resumes());
  }

  @ParameterizedTest
  @CsvSource({"1000, 9", "1001, 9", "4000, 0"})
  void resume_afterClose_dependsOnTheCode(int code, int op) throws InterruptedException {
    String session;
    try (var client = connect()) {
      session = client.start(0, 1).getString("session_id");
      client.close(code);
    }
    Await.until(() -> discord.openSockets() == 0);
    try (var client = connect()) {
      client.hello();
      client.resume(session, 1);
      client.next(op);
    }
  }

  @ParameterizedTest
  @CsvSource({FakeDiscord.DEFAULT_TOKEN + ", 2, 4007", "wrong, 1, 4004"})
  void resume_sequenceNeverSentOrWrongToken_isClosed(String token, int sequence, int code)
      throws InterruptedException {
    try (var client = connect();
        var second = connect()) {
      String session = client.start(0, 1).getString("session_id");
      second.hello();
      second.resume(token, session, sequence);
      assertEquals(code, second.closeCode());
    }
  }

  @Test
  void resume_identified_isClosed() throws InterruptedException {
    try (var client = connect()) {
      client.resume(client.start(0, 1).getString("session_id"), 1);
      assertEquals(4005, client.closeCode());
    }
  }

  @Test
  void connect_otherVersion_isClosed() {
    try (var client = GatewayClient.connect(discord, "v=8&encoding=json")) {
      assertEquals(4012, client.closeCode());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"encoding=etf", "compress=zstd-stream"})
  void connect_formNotSpoken_is400(String query) {
    var thrown =
        assertThrows(
            CompletionException.class, () -> GatewayClient.connect(discord, query).close());
    var handshake = assertInstanceOf(WebSocketHandshakeException.class, thrown.getCause());
    assertEquals(400, handshake.getResponse().statusCode());
  }

  @Test
  void onIdentify_isToldInOrder() throws InterruptedException {
    var told = new CopyOnWriteArrayList<Identify>();
    try (var observed = FakeDiscord.builder().onIdentify(told::add).start();
        var client = GatewayClient.connect(observed)) {
      client.hello();
      client.identify("wrong", 0, 1);
      client.closeCode();
      try (var second = GatewayClient.connect(observed)) {
        second.start(0, 1);
      }
      Await.until(() -> told.size() == 2);
      assertEquals(observed.identifies(), told);
    }
  }
}
