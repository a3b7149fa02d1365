package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.internal.PauseEvent;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalTicketsTest {
  private static final Duration INTERVAL = Duration.ofSeconds(6);
  private static final Duration SLACK = Duration.ofSeconds(1);
  private static final Duration HOLD = Duration.ofSeconds(30);
  private static final RedisQueueSettings SETTINGS = Samples.settings(INTERVAL);
  private static final TwoClockMoment NOW = TwoClockMoment.now();

  @TempDir private Path folder;

  private final LocalTickets tickets = new LocalTickets("me", SETTINGS, NOW.nanos());
  private long arrivals = 1000;

  private List<StepReply.Pause> pauses = List.of();

  /** What is answered next, besides the places. */
  private StepReply.Answer answer = wait(Duration.ofHours(1));

  private boolean held = true;
  private boolean rejoin;
  private long exhaustedNanos;
  private long usable;

  private static StepReply.Answer wait(Duration wait) {
    return new StepReply.Answer(StepReply.Kind.WAIT, wait.toNanos() / 1000, 0, "");
  }

  private static StepReply.Answer released() {
    return new StepReply.Answer(StepReply.Kind.RELEASED, 0, 0, "");
  }

  private static long after(Duration duration) {
    return NOW.nanos() + duration.toNanos();
  }

  private Ticket arrive(long number) {
    var ticket = new Ticket("me", number, 0, 1, HOLD, new AtomicInteger());
    tickets.arrive(ticket);
    return ticket;
  }

  private Step step() {
    return step(NOW);
  }

  /** Takes a step that is answered at once. */
  private Step step(TwoClockMoment asked) {
    Step step = tickets.step(asked.nanos());
    answer(step, asked, asked.nanos());
    return step;
  }

  private void answer(Step step, TwoClockMoment asked, long nowNanos) {
    List<Long> given = new ArrayList<>();
    for (Ticket join : step.joins()) {
      given.add(!pauses.isEmpty() ? 0 : join.arrival > 0 ? join.arrival : ++arrivals);
    }
    StepReply reply =
        new StepReply(
            1,
            1,
            1,
            rejoin,
            List.of(),
            Collections.nCopies(step.outcomes(TicketOutcome.Kind.USED).size(), 77L),
            given,
            Collections.nCopies(step.asks().size(), answer),
            Collections.nCopies(step.confirms().size(), held),
            null,
            exhaustedNanos,
            0,
            new StepReply.Budget(usable, 0, -1, 0, 0),
            pauses);
    tickets.answered(step, reply, asked, nowNanos);
  }

  /** As long as it is read again whether they are, it is no news that they still are. */
  @Test
  void answered_usedUpIsInDoubt_staysExhaustedUntilThereAreStarts() {
    arrive(1);
    step();
    exhaustedNanos = 1;
    step();
    assertTrue(tickets.isExhausted());
    exhaustedNanos = 0;
    step();
    assertTrue(tickets.isExhausted());
    usable = 1;
    step();
    assertFalse(tickets.isExhausted());
  }

  @Test
  void answered_limitStaysUnknown_isWarnedOfOnce() {
    arrive(1);
    answer = new StepReply.Answer(StepReply.Kind.NO_LIMIT, 0, 0, "");
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      for (int i = 0; i < 3; i++) {
        step(new TwoClockMoment(after(HOLD.multipliedBy(2L * i)), NOW.millis()));
      }
      assertEquals(
          List.of(
              "WARNING: nobody is released: no process could read the session start limit for a"
                  + " while"),
          log.lines());
    }
  }

  @Test
  void arrive_shardThatIsHeldBack_joinsOnceTheTimeIsOver() {
    Duration time = Duration.ofSeconds(5);
    Ticket ticket = arrive(1);
    pauses = List.of(new StepReply.Pause(0, time.toNanos(), 4, false));
    assertEquals(List.of(ticket), step().joins());
    pauses = List.of();
    assertEquals(List.of(), step().joins());
    assertEquals(time.toNanos(), tickets.settleDelayNanos(NOW.nanos()));
    tickets.settle(NOW.nanos() + time.toNanos());
    assertEquals(List.of(ticket), step().joins());
    assertTrue(ticket.arrival > 0);
  }

  @Test
  void giveUp_shardThatIsHeldBack_doesNotJoin() {
    Ticket ticket = arrive(1);
    pauses = List.of(new StepReply.Pause(0, 1, 4, false));
    step();
    tickets.giveUp(ticket, NOW.nanos());
    assertEquals(Long.MAX_VALUE, tickets.settleDelayNanos(NOW.nanos()));
  }

  @Test
  void pause_ended_isRecorded() throws Exception {
    try (Recording recording = new Recording()) {
      recording.enable(PauseEvent.NAME);
      recording.start();
      pauses = List.of(new StepReply.Pause(0, 1, 7, false));
      arrive(1);
      step();
      Ticket givenUp = arrive(2);
      step();
      assertEquals(2, tickets.pauses(Instant.now(), NOW.nanos()).size());
      tickets.giveUp(givenUp, NOW.nanos());
      tickets.settle(NOW.nanos() + 1);
      assertEquals(List.of(), tickets.pauses(Instant.now(), NOW.nanos()));
      Path file = folder.resolve("pauses.jfr");
      recording.dump(file);
      List<RecordedEvent> events =
          RecordingFile.readAllEvents(file).stream()
              .filter(event -> event.getEventType().getName().equals(PauseEvent.NAME))
              .toList();
      assertEquals(2, events.size());
      assertEquals(0, events.getFirst().getLong("shardId"));
      assertEquals(1, events.getFirst().getLong("totalShards"));
      assertEquals(7, events.getFirst().getInt("starts"));
    }
  }

  /** Has a ticket joined and released. The first one is not asked for until lines are known. */
  private Ticket release(long number) {
    Ticket ticket = arrive(number);
    answer = released();
    List<Ticket> asked = step().asks();
    assertEquals(List.of(ticket), asked.isEmpty() ? step().asks() : asked);
    answer = wait(Duration.ofHours(1));
    return ticket;
  }

  private static List<String> told(Step step, TicketOutcome.Kind kind) {
    return step.outcomes(kind).stream().map(TicketOutcome::name).toList();
  }

  @Test
  void delayNanos_everybodyHasLeft_isUntilTheLeaseIsRenewed() {
    Ticket ticket = arrive(1);
    step();
    tickets.giveUp(ticket, NOW.nanos());
    assertEquals(List.of("me.1"), told(step(), TicketOutcome.Kind.UNUSED));
    assertEquals(Duration.ofSeconds(4).toNanos(), tickets.delayNanos(after(Duration.ofSeconds(1))));
  }

  @Test
  void hear_headThatIsNotKnownAnyMore_isToldAsAStray() {
    step();
    tickets.hear(1, 0, 0, 0, "me.7:3", 0, NOW.nanos());
    tickets.hear(1, 0, 0, 0, "other.7:3", 0, NOW.nanos());
    Step step = step();
    assertEquals(List.of("me.7"), told(step, TicketOutcome.Kind.STRAY));
    assertEquals("3", step.outcomes().getFirst().shard());
    assertEquals(List.of(), step().outcomes());
  }

  @Test
  void hear_headThatJoinsWaitsOrIsHeld_isNone() {
    release(1);
    arrive(2);
    step();
    arrive(3);
    tickets.step(NOW.nanos()); // its answer is lost
    for (int number = 1; number <= 3; number++) {
      tickets.hear(1, 0, 0, 0, "me." + number + ":0", 0, NOW.nanos());
    }
    assertEquals(List.of(), step().outcomes());
  }

  /** Its use is on its way: the store need not hear of it twice. */
  @Test
  void hear_headWhoseUseIsToBeTold_isNone() throws InterruptedException {
    Hold hold = release(1).await();
    hold.close();
    tickets.said(hold, System.nanoTime());
    tickets.hear(1, 0, 0, 0, "me.1:0", 0, NOW.nanos());
    Step step = step();
    assertEquals(List.of("me.1"), told(step, TicketOutcome.Kind.USED));
    assertEquals(1, step.outcomes().size());
  }

  @Test
  void answered_toJoinOnceMore_tellsAllPlacesAgain() {
    Ticket first = arrive(1);
    Ticket second = arrive(2);
    step();
    assertEquals(List.of(), step().joins());
    rejoin = true;
    step();
    rejoin = false;
    assertEquals(List.of(first, second), step().joins());
    assertEquals(List.of(), step().joins());
    assertEquals(1001, first.arrival);
    tickets.giveUp(first, NOW.nanos());
    assertEquals(List.of("me.1"), told(step(), TicketOutcome.Kind.UNUSED));
  }

  /** However much there is to tell in between. */
  @Test
  void step_aThirdOfALeaseAfterTheLast_asksForAllBuckets() {
    arrive(1);
    step();
    step();
    for (int second = 1; second <= 4; second++) {
      step(new TwoClockMoment(after(Duration.ofSeconds(second)), NOW.millis()));
    }
    assertEquals(0, asksAfter(Duration.ofMillis(4500)));
    assertEquals(1, asksAfter(Duration.ofSeconds(6)));
  }

  private int asksAfter(Duration duration) {
    return tickets.step(after(duration)).asks().size();
  }

  /** Releases a start now. This process heard of its bucket's last use so long after now. */
  private Ticket releaseAfterAUse(Duration heard) {
    Ticket ticket = arrive(1);
    step();
    Step asking = tickets.step(NOW.nanos());
    tickets.hear(1, 0, 77, 0, "-", 0, after(heard));
    answer = released();
    answer(asking, NOW, NOW.nanos());
    return ticket;
  }

  private static void assertState(String state, Ticket ticket) {
    assertTrue(ticket.toString().endsWith(state + "]"), ticket.toString());
  }

  /** It needs no store, so it does not wait for one that is away. */
  @Test
  void settle_startThatIsEarlyByOwnClock_isOfferedAsSoonAsItMayBeUsed() {
    Ticket ticket = releaseAfterAUse(Duration.ofMillis(-5500));
    assertEquals(Duration.ofMillis(500).toNanos(), tickets.settleDelayNanos(NOW.nanos()));
    tickets.settle(after(Duration.ofMillis(499)));
    assertState("IN_LINE", ticket);
    tickets.settle(after(Duration.ofMillis(500)));
    assertState("HELD", ticket);
  }

  /** Nobody waits for longer by it, and it saves a step if the answer comes soon. */
  @Test
  void said_identified_isToldWhenAnAnswerCouldNotMakeTheNextDueEarlier() throws Exception {
    Hold hold = release(1).await();
    hold.identified();
    tickets.said(hold, hold.usedNanos());
    assertEquals(SLACK.toNanos(), tickets.settleDelayNanos(hold.usedNanos()));
    tickets.settle(hold.usedNanos() + SLACK.toNanos() - 1);
    assertEquals(List.of(), tickets.step(NOW.nanos()).outcomes());
    tickets.settle(hold.usedNanos() + SLACK.toNanos());
    TicketOutcome outcome = tickets.step(NOW.nanos()).outcomes().getFirst();
    assertEquals(TicketOutcome.Kind.USED, outcome.kind());
    assertEquals(hold.usedNanos(), outcome.usedNanos());
  }

  @Test
  void said_answered_isToldAtOnceAsSentASlackAgo() throws Exception {
    Hold hold = release(1).await();
    hold.identified();
    tickets.said(hold, System.nanoTime());
    long beforeNanos = System.nanoTime();
    hold.answered();
    tickets.said(hold, System.nanoTime());
    hold.close();
    TicketOutcome outcome = step().outcomes().getFirst();
    assertEquals(TicketOutcome.Kind.USED, outcome.kind());
    assertTrue(outcome.usedNanos() - (beforeNanos - SLACK.toNanos()) >= 0);
    assertTrue(outcome.usedNanos() - System.nanoTime() < -SLACK.toNanos() / 2);
    assertEquals(List.of(), step().outcomes());
  }

  @Test
  void said_cancelledTwiceBeforeTheWorkerHearsOfIt_isToldAsUnused() throws Exception {
    Hold hold = release(1).await();
    hold.cancel();
    hold.cancel();
    tickets.said(hold, System.nanoTime());
    assertEquals(List.of("me.1"), told(step(), TicketOutcome.Kind.UNUSED));
  }

  /** The first word counts: what comes after it, or again, changes nothing. */
  @ParameterizedTest
  @CsvSource({
    "answered identified close, USED",
    "answered cancel, USED",
    "answered answered, USED",
    "identified answered cancel, USED",
    "identified identified cancel close, USED",
    "cancel identified answered close, UNUSED",
    "cancel cancel, UNUSED",
    "close cancel, USED"
  })
  void said_outOfTurnOrTwice_isToldOnce(String words, TicketOutcome.Kind kind) throws Exception {
    Hold hold = release(1).await();
    long beforeNanos = System.nanoTime();
    for (String word : words.split(" ", -1)) {
      say(hold, word);
      tickets.said(hold, System.nanoTime());
    }
    Step step = step();
    assertEquals(1, step.outcomes().size());
    TicketOutcome told = step.outcomes().getFirst();
    assertEquals(kind, told.kind());
    boolean answered = words.contains("answered") && kind == TicketOutcome.Kind.USED;
    long earlyNanos = answered ? SLACK.toNanos() : 0;
    assertTrue(told.usedNanos() - beforeNanos >= -earlyNanos);
    assertTrue(told.usedNanos() - System.nanoTime() <= -earlyNanos);
    assertEquals(List.of(), step().outcomes());
  }

  private static void say(Hold hold, String word) {
    switch (word) {
      case "identified" -> hold.identified();
      case "answered" -> hold.answered();
      case "cancel" -> hold.cancel();
      default -> hold.close();
    }
  }

  /** The time for which this process itself keeps it back is none of its holder's. */
  @Test
  void settle_startThatIsKeptBack_hasItsWholeTimeFromThenOn() {
    Ticket ticket = releaseAfterAUse(Duration.ofSeconds(-1));
    tickets.settle(after(HOLD.plusSeconds(4)));
    assertState("HELD", ticket);
    tickets.settle(after(HOLD.plusSeconds(6)));
    assertState("NEW", ticket);
  }

  /** The caller's word is known before the worker is told of it. */
  @Test
  void settle_cancelledJustNow_isToldAsUnused() throws Exception {
    Hold hold = release(1).await();
    hold.cancel();
    tickets.settle(System.nanoTime());
    tickets.said(hold, System.nanoTime());
    Step step = step();
    assertEquals(List.of("me.1"), told(step, TicketOutcome.Kind.UNUSED));
    assertEquals(1, step.outcomes().size());
  }

  @Test
  void settle_nothingWasSaidForTheHoldTimeout_isToldAsUsedWithAWarning() throws Exception {
    Hold hold = release(1).await();
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      tickets.settle(after(HOLD));
      assertTrue(log.lines().getFirst().startsWith("WARNING: the start of shard 0 of 1 ran out"));
    }
    assertEquals(List.of("me.1"), told(step(), TicketOutcome.Kind.USED));
    assertTrue(hold.isExpired());
    hold.cancel();
    tickets.said(hold, System.nanoTime());
    assertEquals(List.of(), step().outcomes(), "it gives nothing back");
  }

  @Test
  void said_identifiedAfterTheHoldTimeout_isToldOnceMore() throws Exception {
    Hold hold = release(1).await();
    tickets.settle(after(HOLD));
    step();
    hold.identified();
    tickets.said(hold, System.nanoTime());
    assertEquals(List.of("me.1"), told(step(), TicketOutcome.Kind.USED));
    hold.close();
    tickets.said(hold, System.nanoTime());
    assertEquals(List.of(), step().outcomes());
  }

  @Test
  void confirm_lostBeforeItWasTaken_joinsAgainAtItsOldArrival() {
    Ticket ticket = release(1);
    held = false;
    assertEquals(List.of(ticket), step().confirms());
    Step again = step();
    assertEquals(List.of(ticket), again.joins());
    assertEquals(1001, ticket.arrival);
    assertEquals(List.of(), again.confirms());
  }

  /** The store became cold after it had answered for the first bucket of that step. */
  @Test
  void answered_releasedAndToJoinOnceMore_joinsWhenTheStartIsFoundLost() {
    Ticket first = arrive(1);
    Ticket second = arrive(2);
    step();
    answer = released();
    rejoin = true;
    assertEquals(List.of(first), step().asks());
    answer = wait(Duration.ofHours(1));
    rejoin = false;
    held = false;
    Step next = step();
    assertEquals(List.of(second), next.joins());
    assertEquals(List.of(first), next.confirms());
    assertEquals(List.of(first), step().joins());
    assertEquals(1001, first.arrival);
  }

  @Test
  void confirm_lostAfterItWasTaken_isExpiredAndItsUseIsToldAllTheSame() throws Exception {
    Hold hold = release(1).await();
    assertFalse(hold.isExpired());
    held = false;
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      step();
      assertEquals(
          List.of("WARNING: the start of shard 0 of 1 was lost by the store, or with its lease"),
          log.lines());
    }
    assertTrue(hold.isExpired());
    assertEquals(List.of(), step().joins());
    hold.identified();
    tickets.said(hold, System.nanoTime());
    assertEquals(List.of("me.1"), told(step(), TicketOutcome.Kind.USED));
  }

  /** It may hold a start, but never knows that for long enough. */
  @Test
  void confirm_answersTakeTooLong_givesTheStartBackAndJoinsTheEndOfTheLine() {
    Ticket ticket = release(1);
    TwoClockMoment longAgo = new TwoClockMoment(after(Duration.ofSeconds(-7)), NOW.millis() - 7000);
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      answer(tickets.step(longAgo.nanos()), longAgo, NOW.nanos());
      String line = log.lines().getFirst();
      assertTrue(
          line.startsWith("WARNING: the start of shard 0 of 1 could not be used in time"), line);
    }
    Step step = step();
    assertEquals(List.of("me.1"), told(step, TicketOutcome.Kind.UNUSED));
    assertEquals(List.of(ticket), step.joins());
    assertEquals(1002, ticket.arrival);
  }

  @Test
  void giveUp_startThatIsHeld_isToldAsUnused() {
    Ticket ticket = release(1);
    tickets.giveUp(ticket, NOW.nanos());
    tickets.giveUp(ticket, NOW.nanos());
    assertEquals(List.of("me.1"), told(step(), TicketOutcome.Kind.UNUSED));
    assertEquals(List.of(), step().outcomes());
    assertEquals(List.of(), step().confirms());
  }

  /** Such as when all join once more: the store must not stand still for long. */
  @Test
  void step_moreArrivalsThanItTakes_joinsTheOthersByTheNext() {
    for (int number = 1; number <= 600; number++) {
      arrive(number);
    }
    assertEquals(500, step().joins().size());
    assertEquals(100, step().joins().size());
    rejoin = true;
    step();
    rejoin = false;
    assertEquals(500, step().joins().size());
    assertEquals(100, step().joins().size());
  }

  /** A word may have to wait for a later step: until then its ticket is not to join. */
  @Test
  void step_moreWordsThanItTakes_joinsNoneOfTheOthers() {
    Ticket ticket = release(1);
    for (int number = 2; number < 600; number++) {
      Ticket other = arrive(number);
      other.told = true;
      tickets.giveUp(other, NOW.nanos());
    }
    TwoClockMoment longAgo = new TwoClockMoment(after(Duration.ofSeconds(-7)), NOW.millis() - 7000);
    Step early = tickets.step(longAgo.nanos());
    answer(early, longAgo, NOW.nanos());
    while (tickets.step(NOW.nanos()).outcomes().stream()
        .noneMatch(word -> word.name().equals("me.1"))) {
      assertEquals(List.of(), step().joins());
    }
    assertEquals(List.of(ticket), step().joins());
  }

  @Test
  void lastStep_startsThatAreHeld_areToldUnlessTheCallerHasThem() throws Exception {
    Ticket offered = release(1);
    assertEquals(List.of("me.1"), told(tickets.lastStep(NOW.nanos()), TicketOutcome.Kind.UNUSED));
    assertTrue(offered.toString().endsWith("HELD]"));
    Hold taken = release(2).await();
    Hold identified = release(3).await();
    identified.identified();
    tickets.said(identified, identified.usedNanos());
    Step last = tickets.lastStep(NOW.nanos());
    assertEquals(List.of("me.3"), told(last, TicketOutcome.Kind.USED));
    assertTrue(taken.isExpired());
  }
}
