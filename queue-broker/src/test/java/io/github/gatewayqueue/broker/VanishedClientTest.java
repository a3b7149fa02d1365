package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Clients that end without a word, as a machine without power does. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "it reads the table of connections in /proc")
class VanishedClientTest extends BrokerTestBase {
  private static final int ESTABLISHED = 1;
  private static final int KEEP_ALIVE = 2;

  /** Nobody can vanish on loopback, so it is asked when the kernel will look after a client. */
  @Test
  void client_silent_isAskedWhetherItIsThereWithinFifteenSeconds() throws Exception {
    Broker broker = startBlocked(builder());
    ask(broker, 1, 4);
    ask(broker, 2, 4);
    awaitWaiting(broker, 2);
    List<Long> hundredths = keepAlives(broker.port());
    assertTrue(hundredths.size() >= 2, hundredths::toString);
    assertTrue(hundredths.stream().allMatch(time -> time <= 1500), hundredths::toString);
  }

  /** Returns in how many hundredths of a second the connections to a port are probed next. */
  private static List<Long> keepAlives(int port) throws IOException {
    List<Long> found = new ArrayList<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.strip().split("[ :]+", -1);
        if (fields[2].equals(HexFormat.of().withUpperCase().toHexDigits((short) port))
            && Integer.parseInt(fields[5], 16) == ESTABLISHED
            && Integer.parseInt(fields[8], 16) == KEEP_ALIVE) {
          found.add(Long.parseLong(fields[9], 16));
        }
      }
    }
    return found;
  }
}
