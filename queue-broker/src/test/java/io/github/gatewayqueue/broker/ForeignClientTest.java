package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
      from gateway_queue import acquire
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
      except ValueError as error:
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
    Broker broker = start(builder().interval(Duration.ofMillis(1)).token("secret"));
    ProcessBuilder builder = new ProcessBuilder(program).redirectErrorStream(true);
    builder.environment().put("GATEWAY_QUEUE", broker.uri().toString());
    builder.environment().put("GATEWAY_QUEUE_TOKEN", "secret");
    Process client = builder.start();
    open(() -> client.destroyForcibly());
    BufferedReader output = client.inputReader();
    List<String> said = new ArrayList<>();
    String line;
    do {
      line = output.readLine();
      said.add(line);
    } while (line != null && !line.equals("holds"));
    assertEquals(List.of(expected), said);
    Await.until(() -> holds(broker, "cancelled") == 1 && holds(broker, "identified") == 1);
    broker.close();
    assertEquals("expired", output.readLine());
    assertEquals(0, client.waitFor());
  }

  private double holds(Broker broker, String said) throws IOException, InterruptedException {
    String name = "gateway_queue_holds_total{said=\"" + said + "\"}";
    return get(broker, "/metrics", "Authorization", "Bearer secret")
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .sum();
  }
}
