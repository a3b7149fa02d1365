package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** In virtual time. */
class WireTest {
  /** Shortly before the clock wraps around, as a nanoTime may. */
  private static final long START = Long.sum(Long.MAX_VALUE, -10);

  private final List<String> events = new ArrayList<>();
  private final Queue<Long> delays = new ArrayDeque<>();
  private final Time time = new Time();
  private final Wire wire = new Wire(delays::remove, time);

  /** A timer of which only one is set at a time, as a wire needs no more. */
  private final class Time implements Wire.Timer {
    private long nowNanos = START;
    private final Queue<Runnable> set = new ArrayDeque<>();

    @Override
    public long nanoTime() {
      return nowNanos;
    }

    @Override
    public void after(long delayNanos, Runnable action) {
      assertEquals(0, set.size());
      events.add("timer " + delayNanos);
      set.add(action);
    }

    void fireAt(long sinceStart) {
      nowNanos = START + sinceStart;
      set.remove().run();
    }
  }

  private void send(String name, long delay) {
    delays.add(delay);
    wire.send(() -> events.add(name + " at " + (time.nowNanos - START)));
  }

  @Test
  void send_noDelay_arrivesAtOnce() {
    send("a", 0);
    send("b", 0);
    assertEquals(List.of("a at 0", "b at 0"), events);
  }

  @Test
  void send_delay_arrivesAfterIt() {
    send("a", 100);
    time.fireAt(100);
    assertEquals(List.of("timer 100", "a at 100"), events);
  }

  @Test
  void send_timerIsEarly_isSetAgain() {
    send("a", 100);
    time.fireAt(99);
    time.fireAt(101);
    assertEquals(List.of("timer 100", "timer 1", "a at 101"), events);
  }

  @Test
  void send_shorterDelay_waitsForTheOneBefore() {
    send("a", 100);
    send("b", 0);
    send("c", 150);
    time.fireAt(100);
    time.fireAt(150);
    send("d", 0);
    assertEquals(
        List.of("timer 100", "a at 100", "b at 100", "timer 50", "c at 150", "d at 150"), events);
  }

  @Test
  void send_leftInThePast_arrivesThatMuchSooner() {
    delays.add(100L);
    wire.send(START - 40, () -> events.add("a"));
    time.fireAt(60);
    assertEquals(List.of("timer 60", "a"), events);
  }

  @Test
  void send_fromAnArrival_arrivesBehindIt() {
    delays.addAll(List.of(0L, 0L));
    wire.send(() -> {
      wire.send(() -> events.add("second"));
      events.add("first");
    });
    assertEquals(List.of("first", "second"), events);
  }

  @Test
  void arrival_throws_thoseBehindItArrive() {
    delays.add(100L);
    wire.send(() -> {
      throw new IllegalStateException("an arrival");
    });
    send("b", 0);
    assertThrows(IllegalStateException.class, () -> time.fireAt(100));
    time.fireAt(100);
    assertEquals(List.of("timer 100", "timer 0", "b at 100"), events);
  }

  @Test
  void nextDelay_withoutJitter_isHalfOfTheRoundTrip() {
    var network = new Network(Duration.ofNanos(100), Duration.ZERO, 1);
    assertEquals(50, network.nextDelayNanos());
    network.roundTrip(Duration.ofNanos(7));
    assertEquals(3, network.nextDelayNanos());
  }

  @Test
  void nextDelay_jitter_addsUpToHalfOfItAndIsOfTheSeed() {
    var network = new Network(Duration.ofNanos(100), Duration.ofNanos(8), 1);
    List<Long> drawn = LongStream.generate(network::nextDelayNanos).limit(1000).boxed().toList();
    assertEquals(List.of(50L, 51L, 52L, 53L, 54L), drawn.stream().distinct().sorted().toList());
    var again = new Network(Duration.ofNanos(100), Duration.ofNanos(8), 1);
    assertEquals(drawn, LongStream.generate(again::nextDelayNanos).limit(1000).boxed().toList());
    network.jitter(Duration.ZERO);
    assertEquals(50, network.nextDelayNanos());
  }
}
