package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HeldStartsTest {
  private final HeldStarts all = new HeldStarts();

  /** The thread that sees the stream end may go on after the bot has reported something. */
  @Test
  void removeOnceTold_laterReportWasAdded_staysUntilThatIsMade() {
    try (var client = HttpClient.newHttpClient()) {
      var response =
          new BrokerResponse(
              new BrokerClient(HttpQueue.builder(URI.create("http://[::1]")), client));
      var start = new HeldStart(response, all, "0 of 1", "x", Duration.ofDays(1));
      var nothing = CompletableFuture.<Void>completedFuture(null);
      all.add(start, nothing);
      var report = new CompletableFuture<Void>();
      all.add(start, report);
      all.removeOnceTold(start, nothing);
      assertFalse(all.isEmpty());
      all.removeOnceTold(start, report);
      assertFalse(all.isEmpty());
      report.complete(null);
      assertTrue(all.isEmpty());
    }
  }
}
