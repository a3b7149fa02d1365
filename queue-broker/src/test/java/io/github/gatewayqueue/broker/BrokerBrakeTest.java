package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.EventReader.Event;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A shard that starts again and again, at a broker whose queue has the brake. */
class BrokerBrakeTest extends BrokerTestBase {
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final String SICK = "/?shard=3&total=16";

  /** A broker at which shard 3 has started four times. */
  private Broker startSick(Duration heartbeat) throws Exception {
    FakeDiscord discord = open(FakeDiscord.builder().maxConcurrency(16).start());
    Broker broker =
        startChanged(
            builder(discord).interval(Duration.ofNanos(1)).pace(Timing.heartbeat(heartbeat)));
    awaitReady(broker);
    for (int i = 0; i < 4; i++) {
      assertEquals(200, get(broker, SICK).statusCode());
    }
    return broker;
  }

  private static double pauseMillis(Event paused) {
    return paused.data().getDouble("pauseMillis");
  }

  @Test
  void events_paused_isToldSoonAndTheLinesAreNotLookedAtForIt() throws Exception {
    Broker broker = startSick(LONG);
    AtomicInteger looks = new AtomicInteger();
    queue.get().onLook = looks::incrementAndGet;
    long startNanos = System.nanoTime();
    EventReader client = events(broker, SICK + "&hold=30s");
    JsonObject paused = client.expect("paused").data();
    int looksThen = looks.get();
    assertTrue(looksThen > 0);
    assertEquals(3, paused.getInteger("shard"));
    assertEquals(16, paused.getInteger("total"));
    assertEquals(4, paused.getInteger("starts"));
    assertTrue(paused.getDouble("pauseMillis") <= PAUSE.toMillis(), paused.encode());
    assertTrue(paused.getDouble("elapsedMillis") >= 0, paused.encode());
    assertEquals(30_000, paused.getDouble("holdMillis"));
    client.expect("released");
    assertTrue(System.nanoTime() - startNanos >= PAUSE.toNanos());
    assertEquals(looksThen, looks.get());
  }

  @Test
  void events_askedAgainInThePause_waitsForTheRest() throws Exception {
    Broker broker = startSick(Duration.ofMillis(100));
    double left = PAUSE.toMillis();
    try (EventReader first = events(broker, SICK)) {
      while (left > PAUSE.toMillis() - 1000) { // it is told again and again
        left = pauseMillis(first.expect("paused"));
      }
    }
    Await.until(() -> status(broker).getInteger("paused") == 0);
    EventReader second = events(broker, SICK);
    Event event = second.next();
    while (event != null && !event.name().equals("released")) {
      boolean isPaused = event.name().equals("paused");
      assertTrue(!isPaused || pauseMillis(event) < left, event + " when " + left + " ms were left");
      event = second.next();
    }
    assertNotNull(event);
  }
}
