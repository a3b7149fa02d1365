package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private static final Settings SETTINGS =
      new Settings(
          "test",
          Duration.ofSeconds(6),
          Duration.ZERO,
          Duration.ofSeconds(15),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          1);
  private static final Release.Moment NOW = Release.Moment.now();

  private final Places places = new Places("me", SETTINGS, NOW.nanos());

  @Test
  void delayNanos_everybodyHasLeft_isUntilTheLeaseIsRenewed() {
    Ticket ticket = arrive(1);
    step(List.of("0000000000000001"));
    places.giveUp(ticket, NOW.nanos());
    step(List.of());
    step(List.of()); // looks around once more, since the store was new
    long delayNanos = places.delayNanos(NOW.nanos() + Duration.ofSeconds(1).toNanos());
    assertEquals(Duration.ofSeconds(4).toNanos(), delayNanos);
  }

  @Test
  void hear_headThatIsNotKnownAnyMore_isTakenOutOfTheLine() {
    step(List.of());
    places.hear(1, 0, 0, "me.7", 0, NOW.nanos());
    places.hear(1, 0, 0, "other.7", 0, NOW.nanos());
    assertEquals(List.of("me.7"), places.step(NOW.nanos()).strays());
  }

  @Test
  void hear_headThatJoinsOrWaits_staysInLine() {
    arrive(1);
    step(List.of("0000000000000001"));
    arrive(2);
    places.step(NOW.nanos()); // its answer is lost
    places.hear(1, 0, 0, "me.1", 0, NOW.nanos());
    places.hear(1, 0, 0, "me.2", 0, NOW.nanos());
    assertTrue(places.step(NOW.nanos()).strays().isEmpty());
  }

  /** It may have lost places, so that others would go first. */
  @Test
  void answered_storeBecameCold_tellsAllPlacesAgain() {
    Ticket first = arrive(1);
    Ticket second = arrive(2);
    step(List.of("0000000000000001", "0000000000000002"));
    assertEquals(List.of(), places.step(NOW.nanos()).joins());
    step(List.of(), 2);
    Step again = places.step(NOW.nanos());
    assertEquals(List.of(first, second), again.joins());
    step(List.of("0000000000000001", "0000000000000002"), 2);
    assertEquals(List.of(), places.step(NOW.nanos()).joins());
    places.giveUp(first, NOW.nanos());
    assertEquals(List.of("me.1"), places.step(NOW.nanos()).leaves());
  }

  /** It needs no store, so it does not wait for one that is away. */
  @Test
  void heldNanos_releaseThatIsEarlyHere_isUntilItMayBeUsedAndNothingIsToBeTold() {
    assertEquals(Long.MAX_VALUE, places.heldNanos(NOW.nanos()));
    Ticket ticket = arrive(1);
    step(List.of("0000000000000001"));
    Step step = places.step(NOW.nanos());
    assertEquals(List.of(ticket), step.asks());
    places.hear(1, 0, 1, "other.1", 0, after(Duration.ofMillis(-5500)));
    var released = new StepReply.Answer(StepReply.Kind.RELEASED, List.of(0L, 2L, 1L));
    places.answered(
        step,
        new StepReply(1, 1, 1, List.of(), List.of(), List.of(released), null, 0),
        NOW,
        NOW.nanos());
    assertEquals(Duration.ofMillis(500).toNanos(), places.heldNanos(NOW.nanos()));
    assertTrue(places.delayNanos(NOW.nanos()) >= Duration.ofSeconds(4).toNanos());
    places.releaseHeld(after(Duration.ofMillis(499)));
    assertEquals(Duration.ofMillis(1).toNanos(), places.heldNanos(after(Duration.ofMillis(499))));
    places.releaseHeld(after(Duration.ofMillis(500)));
    assertEquals(Long.MAX_VALUE, places.heldNanos(NOW.nanos()));
  }

  /** However much there is to tell in between. */
  @Test
  void step_aThirdOfALeaseAfterTheLast_asksForAllBuckets() {
    arrive(1);
    step(List.of("0000000000000001"));
    step(List.of()); // asks, since the store was new
    for (int second = 1; second <= 4; second++) {
      Step step = places.step(after(Duration.ofSeconds(second)));
      Release.Moment asked = new Release.Moment(after(Duration.ofSeconds(second)), 0);
      var wait = new StepReply.Answer(StepReply.Kind.WAIT, List.of(3_600_000_000L));
      List<StepReply.Answer> answers = step.asks().stream().map(ticket -> wait).toList();
      var reply = new StepReply(1, 1, 1, List.of(), List.of(), answers, null, 0);
      places.answered(step, reply, asked, asked.nanos());
    }
    assertEquals(0, asksAfter(Duration.ofMillis(4500)));
    assertEquals(1, asksAfter(Duration.ofSeconds(6)));
  }

  private int asksAfter(Duration duration) {
    return places.step(after(duration)).asks().size();
  }

  private static long after(Duration duration) {
    return NOW.nanos() + duration.toNanos();
  }

  private Ticket arrive(long number) {
    var ticket = new Ticket("me", number, 0, new AtomicInteger());
    places.arrive(ticket);
    return ticket;
  }

  /** Takes a step, in which so many join as there are arrivals. */
  private void step(List<String> arrivals) {
    step(arrivals, 1);
  }

  private void step(List<String> arrivals, long cold) {
    Step step = places.step(NOW.nanos());
    List<StepReply.Answer> answers =
        step.asks().stream()
            .map(ticket -> new StepReply.Answer(StepReply.Kind.BEHIND, List.of(1_000_000L)))
            .toList();
    var reply = new StepReply(1, cold, 1, List.of(), arrivals, answers, null, 0);
    places.answered(step, reply, NOW, NOW.nanos());
  }
}
