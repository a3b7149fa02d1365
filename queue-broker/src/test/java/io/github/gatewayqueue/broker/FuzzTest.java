package io.github.gatewayqueue.broker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that somebody has tampered with, byte by byte and part by part. */
class FuzzTest extends BrokerTestBase {
  private static final int REQUESTS = 3000;
  private static final int AT_ONCE = 256;

  /** Whatever went before, this ends the connection if the server has kept up. */
  private static final String LAST =
      "\r\n\r\nGET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

  private static final List<String> LINES =
      List.of(
          "GET / HTTP/1.1",
          "GET /?shard=3&total=16 HTTP/1.1",
          "POST /?shard=0&shard=1 HTTP/1.1",
          "PUT /?total=9223372036854775807&shard=9223372036854775806 HTTP/1.0",
          "GET /%2e%2e/?shard=%00 HTTP/1.1",
          "GET /status HTTP/1.1",
          "HEAD /metrics HTTP/1.1",
          "GET http://[::1]:99999/?shard=1;total=2 HTTP/1.1",
          "CONNECT x HTTP/1.1");

  private static final List<String> HEADERS =
      List.of(
          "Host: localhost",
          "Accept: text/event-stream;q=0.0001,*/*;;;,",
          "Content-Length: 5",
          "Content-Length: 18446744073709551616",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: gzip, chunked",
          "Expect: 100-continue",
          "Connection: close, upgrade",
          "Upgrade: websocket",
          "Authorization: Basic =",
          "Authorization: Bearer \u00ff",
          "X: " + "y".repeat(5000),
          " folded");

  @Test
  void requests_tamperedWith_noneFailsTheBrokerOrStaysForEverAndNoSlotIsLost() throws Exception {
    assertNoneFailsTheBroker(20_261_101);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  @Thorough("more of the same; the default tier has one seed")
  void requests_tamperedWithBySeed_noneFailsTheBroker(long seed) throws Exception {
    assertNoneFailsTheBroker(seed);
  }

  private void assertNoneFailsTheBroker(long seed) throws Exception {
    Broker broker = start(builder().interval(Duration.ofNanos(1)));
    SplittableRandom random = new SplittableRandom(seed);
    Semaphore atOnce = new Semaphore(AT_ONCE);
    List<Future<String>> answers = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < REQUESTS; i++) {
        byte[] request = tampered(random.split());
        answers.add(clients.submit(limited(atOnce, () -> exchange(broker, request))));
      }
    }
    int released = 0;
    for (Future<String> answered : answers) {
      String answer = answered.get();
      assertFalse(answer.contains("HTTP/1.1 500"), answer);
      assertFalse(answer.contains("HTTP/1.0 500"), answer);
      released += releases(answer);
    }
    awaitWaiting(broker, 0);
    assertTrue(released > REQUESTS / 10, released + " were released");
    assertEquals(released, count(broker, "released"));
    assertEquals(released, status(broker).getInteger("released"));
    assertEquals(200, ask(broker, 1, 2).readAnswer().status());
  }

  /** How many releases a client was told. */
  private static int releases(String answer) {
    return answer.split(" may identify now", -1).length - 1;
  }

  private int count(Broker broker, String outcome) throws Exception {
    return (int) metric(broker, "gateway_queue_requests_total{outcome=\"" + outcome + "\"}");
  }

  private static Callable<String> limited(Semaphore atOnce, Callable<String> action) {
    return () -> {
      atOnce.acquire();
      try {
        return action.call();
      } finally {
        atOnce.release();
      }
    };
  }

  /** Returns all that comes back until the server closes, which it has to do. */
  private static String exchange(Broker broker, byte[] request) throws IOException {
    try (RawConnection client = new RawConnection(broker.port())) {
      try {
        client.send(request);
        client.send(LAST);
      } catch (SocketException e) {
        // closed already
      }
      return client.readToEnd();
    }
  }

  private static byte[] tampered(RandomGenerator random) {
    StringBuilder text = new StringBuilder(pick(LINES, random)).append("\r\n");
    for (int i = random.nextInt(5); i > 0; i--) {
      text.append(pick(HEADERS, random)).append("\r\n");
    }
    text.append("\r\n");
    byte[] bytes = text.toString().getBytes(ISO_8859_1);
    for (int i = random.nextInt(4); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static String pick(List<String> list, RandomGenerator random) {
    return list.get(random.nextInt(list.size()));
  }
}
