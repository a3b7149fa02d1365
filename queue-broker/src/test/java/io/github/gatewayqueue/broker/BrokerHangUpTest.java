package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that go away while they wait, and a broker that does. */
class BrokerHangUpTest extends BrokerTestBase {
  private static final String REQUEST = "GET /?shard=1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void hangUp_wherever_leavesTheLine(int place) throws Exception {
    Broker broker = startBlocked(builder());
    List<RawConnection> clients = line(broker, 5);
    clients.get(place).close();
    awaitWaiting(broker, 4);
    List<Integer> left = new ArrayList<>(List.of(0, 1, 2, 3, 4));
    left.remove(Integer.valueOf(place));
    assertEquals(
        left,
        status(broker).getJsonArray("buckets").getJsonObject(0).getJsonArray("shards").getList());
  }

  @Test
  void hangUp_theHead_itsSlotGoesToTheNext() throws Exception {
    Duration interval = Duration.ofMillis(300);
    Broker broker = startOdd(builder().interval(interval), 1);
    long startNanos = System.nanoTime();
    ask(broker, 0, 3).readAnswer();
    queue.get().holding = true;
    RawConnection head = ask(broker, 1, 3);
    awaitWaiting(broker, 1);
    requireNextIsReleased(broker, head);
    assertTrue(System.nanoTime() - startNanos >= interval.toNanos());
    assertEquals(2, status(broker).getInteger("released"));
  }

  /** Hangs up at the head of the line, and has another one be released in its place. */
  private void requireNextIsReleased(Broker broker, RawConnection head) throws Exception {
    RawConnection next = ask(broker, 2, 3);
    awaitWaiting(broker, 2);
    head.close();
    awaitWaiting(broker, 1);
    queue.get().holding = false;
    assertEquals(2, new JsonObject(next.readAnswer().body()).getLong("shard"));
  }

  @Test
  void hangUp_byAReset_leavesTheLine() throws Exception {
    Broker broker = startBlocked(builder());
    line(broker, 3).get(1).reset();
    awaitWaiting(broker, 2);
  }

  @Test
  void hangUp_halfClosed_leavesTheLine() throws Exception {
    Broker broker = startBlocked(builder());
    RawConnection client = line(broker, 2).getFirst();
    client.shutdownOutput();
    awaitWaiting(broker, 1);
    assertEquals("", client.readToEnd());
  }

  @Test
  void hangUp_whileEventsAreSent_leavesTheLine() throws Exception {
    Broker broker = startBlocked(builder());
    EventReader client = eventsOfWaiting(broker);
    client.close();
    awaitWaiting(broker, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void hangUp_withPipelinedRequestsBehind_leavesTheLineWithAllOfThem(int requests)
      throws Exception {
    Broker broker = start(builder().interval(LONG).startDelay(LONG));
    RawConnection client = connect(broker);
    client.send(REQUEST);
    awaitWaiting(broker, 1);
    for (int i = 1; i < requests; i++) {
      client.send(REQUEST); // one by one, so that most are read when others are kept already
    }
    client.close();
    awaitWaiting(broker, 0);
    assertEquals(0, status(broker).getInteger("released"));
  }

  @Test
  void hangUp_withPipelinedRequestsBehind_itsSlotGoesToTheNext() throws Exception {
    Broker broker = startHolding(builder());
    RawConnection client = connect(broker);
    client.send(REQUEST.repeat(3));
    awaitWaiting(broker, 1);
    requireNextIsReleased(broker, client);
    assertEquals(1, status(broker).getInteger("released"));
  }

  @Test
  void pipelined_moreThanIsRead_isHungUpOnAndLeavesTheLine() throws Exception {
    Broker broker = start(builder().startDelay(LONG));
    RawConnection client = connect(broker);
    client.send(REQUEST);
    awaitWaiting(broker, 1);
    client.send(REQUEST.repeat(19));
    assertEquals("", client.readToEnd());
    awaitWaiting(broker, 0);
  }

  @Test
  void hangUp_inRandomOrder_theOthersKeepTheirPlaces() throws Exception {
    Broker broker = startBlocked(builder());
    List<RawConnection> clients = line(broker, 40);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(7));
    for (int i : order.subList(0, 30)) {
      clients.get(i).close();
    }
    awaitWaiting(broker, 10);
    List<Integer> left = order.subList(30, 40).stream().sorted().toList();
    assertEquals(
        left,
        status(broker).getJsonArray("buckets").getJsonObject(0).getJsonArray("shards").getList());
  }

  @Test
  void close_plainClientsWait_areHungUpOnWithoutAnAnswer() throws Exception {
    Broker broker = startBlocked(builder());
    List<RawConnection> clients = line(broker, 3);
    broker.close();
    for (RawConnection client : clients) {
      assertEquals("", client.readToEnd());
    }
  }

  @Test
  void close_thousandsWait_eachIsToldOrHungUpOn() throws Exception {
    int count = 2000;
    Broker broker = startBlocked(builder().pace(Timing.farewell(LONG)));
    List<RawConnection> clients = new ArrayList<>();
    for (int shard = 0; shard < count; shard++) {
      RawConnection client = connect(broker);
      String accept = shard % 2 == 0 ? "*/*" : "text/event-stream";
      client.ask(shard, accept);
      clients.add(client);
    }
    awaitWaiting(broker, count);
    broker.close();
    for (int shard = 0; shard < count; shard++) {
      String told = clients.get(shard).readToEnd();
      if (shard % 2 == 0) {
        assertEquals("", told);
      } else {
        assertTrue(told.contains("event: closing\nretry: 1000\n"), told);
        assertTrue(told.endsWith("\r\n0\r\n\r\n"), told);
      }
    }
  }

  @Test
  void close_again_doesNothing() {
    Broker broker = start(builder());
    broker.close();
    broker.close();
  }

  @Test
  void close_portIsFreeForTheNextOne() {
    Broker broker = start(builder());
    int port = broker.port();
    broker.close();
    assertEquals(port, start(builder().port(port)).port());
  }

  private List<RawConnection> line(Broker broker, int count) throws Exception {
    List<RawConnection> clients = new ArrayList<>();
    for (int shard = 0; shard < count; shard++) {
      clients.add(ask(broker, shard, count));
      awaitWaiting(broker, shard + 1);
    }
    return clients;
  }
}
