package io.github.gatewayqueue.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The clients in other languages, as the documentation shows them. */
class ForeignClientTest extends BrokerTestBase {
  private static final Path CLIENTS = Path.of("../examples/http-clients").toAbsolutePath();

  private static final String NODE =
      """
      import { acquire } from 'CLIENT';
      const first = await acquire(0, 4);
      console.log(first.isExpired());
      await first.cancelled();
      const second = await acquire(1, 4);
      await second.identified();
      await second.answered();
      const third = await acquire(2, 4);
      console.log(third.isExpired());
      await acquire('x', 4).catch((error) => console.log(error.message));
      await acquire(3, 4, AbortSignal.abort()).catch((error) => console.log(error.name));
      console.log('holds');
      while (!third.isExpired()) await new Promise((resolve) => setTimeout(resolve, 10));
      console.log('expired');
      """;

  private static final String PYTHON =
      """
      import sys, time
      sys.path.insert(0, 'CLIENTS')
      from gateway_queue import acquire, Refused
      first = acquire(0, 4)
      print(first.is_expired())
      first.say('cancelled')
      second = acquire(1, 4)
      second.say('identified')
      second.say('answered')
      third = acquire(2, 4)
      print(third.is_expired())
      try:
          acquire('x', 4)
      except Refused as error:
          print(error)
      print('holds', flush=True)
      while not third.is_expired():
          time.sleep(0.01)
      print('expired')
      """;

  private static final String REFUSED =
      "shard is 'x', expected a number from 0 to " + Long.MAX_VALUE;

  @Test
  @Thorough("a program in another language; the default tier has the requests that it sends")
  void node_holdsSaysWhatBecomesOfItsStartsAndLosesOneWithItsBroker() throws Exception {
    String module = CLIENTS.resolve("gateway-queue.mjs").toUri().toString();
    List<String> program =
        List.of("node", "--input-type=module", "-e", NODE.replace("CLIENT", module));
    requireClient(program, "false", "false", REFUSED, "AbortError", "holds");
  }

  @Test
  @Thorough("a program in another language; the default tier has the requests that it sends")
  void python_holdsSaysWhatBecomesOfItsStartsAndLosesOneWithItsBroker() throws Exception {
    List<String> program = List.of("python3", "-c", PYTHON.replace("CLIENTS", CLIENTS.toString()));
    requireClient(program, "False", "False", REFUSED, "holds");
  }

  private void requireClient(List<String> program, String... expected) throws Exception {
    BrokerProcess.assumeThereIs(program.getFirst());
    try (BrokerProcess process =
        BrokerProcess.serve(
            Map.of("GATEWAY_QUEUE_TOKEN", "secret"),
            "--interval",
            "0.001s",
            "--start-delay",
            "0")) {
      URI broker = process.uri();
      Process client = start(program, broker);
      BufferedReader output = client.inputReader();
      List<String> said = new ArrayList<>();
      String line;
      do {
        line = output.readLine();
        said.add(line);
      } while (line != null && !line.equals("holds"));
      assertEquals(List.of(expected), said);
      Await.until(() -> said(broker, "cancelled") == 1 && said(broker, "identified") == 1);
      process.process().destroyForcibly();
      assertEquals("expired", output.readLine());
      assertEquals(0, client.waitFor());
    }
  }

  private Process start(List<String> program, URI broker) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(program).redirectErrorStream(true);
    builder.environment().put("GATEWAY_QUEUE", broker.toString());
    builder.environment().put("GATEWAY_QUEUE_TOKEN", "secret");
    Process client = builder.start();
    open(client::destroyForcibly);
    return client;
  }

  private static int said(URI broker, String word) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(broker.resolve("/status"))
            .header("Authorization", "Bearer secret")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      String status = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      return new JsonObject(status).getJsonObject("said").getInteger(word);
    }
  }

  /** To ask once more would cost a start each time. */
  @Test
  @Thorough("a program in another language")
  void node_brokerKnowsNoHolds_isRefused() throws Exception {
    String module = CLIENTS.resolve("gateway-queue.mjs").toUri().toString();
    String program =
        "import { acquire } from '"
            + module
            + "'; await acquire(0, 1).catch((e) => console.log(e.message));";
    requireRefused(List.of("node", "--input-type=module", "-e", program));
  }

  @Test
  @Thorough("a program in another language")
  void python_brokerKnowsNoHolds_isRefused() throws Exception {
    String program =
        """
        import sys
        sys.path.insert(0, 'CLIENTS')
        from gateway_queue import acquire, Refused
        try:
            acquire(0, 1)
        except Refused as error:
            print(error)
        """;
    requireRefused(List.of("python3", "-c", program.replace("CLIENTS", CLIENTS.toString())));
  }

  private void requireRefused(List<String> program) throws Exception {
    BrokerProcess.assumeThereIs(program.getFirst());
    ServerSocket old = open(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual().start(() -> serve(old));
    assertEquals(
        "the broker does not know this start: it is too old, or is another one",
        firstLine(program, "http://127.0.0.1:" + old.getLocalPort()));

    FakeDiscord another = open(FakeDiscord.builder().start());
    String address = another.restUri().resolve("/").toString();
    String none = firstLine(program, address + "/"); // as some write it
    assertTrue(none.matches(".*\\d does not release, asking again: .* 40[45].*"), none);

    String away = "http://127.0.0.1:" + EmbeddedRedis.freePort();
    String told = firstLine(program, away);
    assertTrue(told.startsWith(away + " does not release, asking again: "), told);
  }

  private String firstLine(List<String> program, String broker) throws IOException {
    return "" + start(program, URI.create(broker)).inputReader().readLine();
  }

  /** Releases everybody, without a start, and knows of no other path. */
  private void serve(ServerSocket old) {
    try {
      while (true) {
        Socket client = open(old.accept());
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
        String first = in.readLine();
        for (String line = first; line != null && !line.isEmpty(); line = in.readLine()) {
          // the rest of the head
        }
        String answer =
            first.startsWith("POST /?")
                ? "200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: released\ndata: {}\n\n"
                : "404 Not Found\r\nContent-Length: 0\r\n\r\n";
        client.getOutputStream().write(("HTTP/1.1 " + answer).getBytes(UTF_8));
      }
    } catch (IOException e) {
      // the test is over
    }
  }
}
