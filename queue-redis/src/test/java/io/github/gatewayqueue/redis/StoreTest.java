package io.github.gatewayqueue.redis;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.redis.StepReply.Answer;
import io.github.gatewayqueue.redis.StepReply.Kind;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * The protocol step by step, as docs/redis-protocol.md has it, with processes that do as they are
 * told.
 */
class StoreTest extends RedisTestBase {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final long HOUR_MICROS = 3_600_000_000L;

  StoreTest() {
    super(LONG);
  }

  private Participant participant(String name, RedisQueueSettings settings) {
    return new Participant(client, name, settings, false);
  }

  private Participant reader(String name, RedisQueueSettings settings) {
    return new Participant(client, name, settings, true);
  }

  private RedisQueueSettings settings(Duration interval, Duration lease) {
    return new RedisQueueSettings(
        namespace, interval, Duration.ZERO, lease, Duration.ZERO, LONG, 0, false, false);
  }

  private RedisQueueSettings settings(Duration interval) {
    return settings(interval, LONG);
  }

  private static SessionStartLimit limit(int remaining, int maxConcurrency) {
    return new SessionStartLimit(Math.max(10, remaining), remaining, LONG, maxConcurrency);
  }

  private static int remaining(StepReply reply) {
    return requireNonNull(reply.limit()).remaining();
  }

  /** Joins one that is released at once. */
  private static Ticket release(Participant process, long shard) {
    Ticket ticket = process.join(shard);
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
    return ticket;
  }

  /** Joins one, reads a limit of ten starts, and has one of them released. */
  private static Ticket readAndRelease(Participant reader) {
    Ticket ticket = reader.join(0);
    reader.read(reader.ask(ticket).detail(), limit(10, 1));
    assertEquals(Kind.RELEASED, reader.ask(ticket).kind());
    return ticket;
  }

  /** Takes an interval off the moment of a bucket's last use. */
  private void letAnIntervalPass() {
    String[] use = client.hget(key("uses"), "0").split(":", -1);
    long moment = Long.parseLong(use[0]) - Long.parseLong(use[1]);
    client.hset(key("uses"), "0", moment + ":" + use[1]);
  }

  @Test
  void ask_again_isReleasedAgainAndOthersAreBehind() {
    Participant process = participant("a", settings(LONG));
    Participant other = participant("b", settings(LONG));
    Ticket ticket = release(process, 3);
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
    assertTrue(process.holds(ticket));
    Answer behind = other.ask(other.join(0));
    assertEquals(Kind.BEHIND, behind.kind());
    assertEquals("", behind.ownMember());
    assertEquals("a.1:3", process.ask(process.join(0)).ownMember());
  }

  /** Whichever of the tickets of a bucket are confirmed, one start is held, and for one of them. */
  @Test
  void confirm_ofAllThatAskInABucket_isOfTheOneThatIsHeldAlone() {
    Participant process = participant("a", settings(LONG));
    Participant other = participant("b", settings(LONG));
    Ticket held = release(process, 0);
    Ticket next = process.join(0);
    Ticket last = other.join(0);
    assertEquals(List.of(false, true), process.tell().confirm(next).confirm(held).take().held());
    assertFalse(other.holds(last));
  }

  @Test
  void used_nextIsDueAnIntervalAfterIt() {
    Participant process = participant("a", settings(LONG));
    Ticket first = release(process, 0);
    Ticket second = process.join(0);
    long moment = process.used(first, Duration.ZERO).usedMoments().getFirst();
    assertFalse(process.holds(first));
    Answer answer = process.ask(second);
    assertEquals(Kind.WAIT, answer.kind());
    assertEquals(moment, answer.lastUse());
    assertTrue(answer.nanos() > LONG.dividedBy(2).toNanos());
    letAnIntervalPass();
    assertEquals(Kind.RELEASED, process.ask(second).kind());
  }

  /** However long ago that was, it was not before the release. */
  @Test
  void used_aWhileAgo_countsFromThereButNotFromBeforeTheRelease() {
    Participant process = participant("a", settings(Duration.ofNanos(1)));
    Ticket first = release(process, 0);
    long released = nowMicros();
    long now = process.used(first, Duration.ofDays(1)).usedMoments().getFirst();
    assertTrue(now <= released && released - now < LONG.toNanos() / 1000);
    Ticket second = release(process, 0);
    Await.until(() -> nowMicros() - released > 100_000);
    long moment = process.used(second, Duration.ofMillis(50)).usedMoments().getFirst();
    assertTrue(nowMicros() - moment >= 50_000);
  }

  @Test
  void used_toldTwice_endsNoOtherHoldAndChargesOnce() {
    Participant process = reader("a", settings(Duration.ofNanos(1)));
    Ticket first = readAndRelease(process);
    process.used(first, Duration.ZERO);
    Ticket second = release(process, 0);
    assertEquals(0, process.used(first, Duration.ZERO).usedMoments().getFirst());
    assertTrue(process.holds(second));
    assertEquals(8, remaining(process.look()));
  }

  /** Discord counts it when it comes: the bucket's next start waits an interval from there. */
  @Test
  void used_afterTheHoldWasLost_putsTheNextOff() {
    Participant frozen = participant("a", settings(LONG));
    Participant process = participant("b", settings(LONG));
    Ticket lost = release(frozen, 0);
    Ticket next = joinAfterTheLossOf(frozen, process);
    assertFalse(frozen.holds(lost));
    letAnIntervalPass();
    letAnIntervalPass();
    assertEquals(0, frozen.used(lost, Duration.ZERO).usedMoments().getFirst());
    assertEquals(Kind.WAIT, process.ask(next).kind());
  }

  /** Whose use is told first does not matter: what counts is which was last. */
  @Test
  void used_lateWhileAnotherIsHeld_isNotForgottenWhenThatOneIsToldAsUsedBefore() {
    Participant frozen = participant("a", settings(LONG));
    Participant process = participant("b", settings(LONG));
    Ticket lost = release(frozen, 0);
    Ticket next = joinAfterTheLossOf(frozen, process);
    letAnIntervalPass();
    assertEquals(Kind.RELEASED, process.ask(next).kind());
    frozen.used(lost, Duration.ZERO);
    Ticket third = process.join(0);
    long last = process.ask(third).lastUse();
    assertEquals(0, process.used(next, Duration.ofDays(1)).usedMoments().getFirst());
    assertEquals(last, process.ask(third).lastUse());
    assertEquals(Kind.WAIT, process.ask(third).kind());
  }

  /** Its hold was lost, and it has joined again meanwhile. */
  @Test
  void used_ofOneThatWaits_leavesTheLineAndPutsTheNextOff() {
    Participant process = reader("a", settings(LONG));
    process.unused(readAndRelease(process));
    Ticket waiting = process.join(0);
    Ticket next = process.join(0);
    assertEquals(0, process.used(waiting, Duration.ZERO).usedMoments().getFirst());
    assertEquals(9, remaining(process.look()));
    assertEquals(Kind.WAIT, process.ask(next).kind());
    letAnIntervalPass();
    assertEquals(Kind.RELEASED, process.ask(next).kind());
  }

  /** Discord counts it all the same. */
  @Test
  void used_ofOneThatWasUnused_putsTheNextOffAndIsCharged() {
    Participant process = reader("a", settings(LONG));
    Ticket first = readAndRelease(process);
    process.unused(first);
    assertEquals(0, process.used(first, Duration.ZERO).usedMoments().getFirst());
    assertEquals(9, remaining(process.look()));
    assertEquals(Kind.WAIT, process.ask(process.join(0)).kind());
  }

  /** Such as a cancellation after the answer; the same again if it was told twice. */
  @ParameterizedTest
  @EnumSource(names = {"UNUSED", "STRAY"})
  void word_ofOneThatWasUsed_changesNothing(TicketOutcome.Kind word) {
    Participant process = reader("a", settings(LONG));
    Ticket first = readAndRelease(process);
    Ticket next = process.join(0);
    process.used(first, Duration.ZERO);
    tell(process, first, word);
    assertEquals(Kind.WAIT, process.ask(next).kind());
    letAnIntervalPass();
    assertEquals(9, remaining(tell(process, first, word)));
    assertEquals(Kind.RELEASED, process.ask(next).kind());
  }

  private static StepReply tell(Participant process, Ticket ticket, TicketOutcome.Kind word) {
    return process.tell().word(ticket, word, Duration.ZERO).take();
  }

  @Test
  void unused_isAsIfItHadNotBeenReleased() {
    Participant process = reader("a", settings(LONG));
    Ticket first = readAndRelease(process);
    assertEquals(9, remaining(process.look()));
    process.unused(first);
    process.unused(first);
    assertEquals(10, remaining(process.look()));
    assertEquals(Kind.RELEASED, process.ask(process.join(0)).kind());
  }

  @Test
  void unused_ofOneThatWaits_takesItOutOfTheLine() {
    Participant process = participant("a", settings(LONG));
    Ticket first = release(process, 0);
    Ticket second = process.join(0);
    Ticket third = process.join(0);
    process.unused(second);
    process.unused(first);
    assertEquals(Kind.RELEASED, process.ask(third).kind());
  }

  /** It counts as used then; what its process thinks of it comes too late. */
  @ParameterizedTest
  @EnumSource(names = {"UNUSED", "STRAY"})
  void word_afterTheHoldWasLost_changesNothing(TicketOutcome.Kind word) {
    Participant frozen = reader("a", settings(LONG));
    Participant process = participant("b", settings(LONG));
    Ticket lost = frozen.join(0);
    frozen.read(frozen.ask(lost).detail(), limit(10, 1));
    assertEquals(Kind.RELEASED, frozen.ask(lost).kind());
    Ticket next = joinAfterTheLossOf(frozen, process);
    tell(frozen, lost, word);
    assertEquals(Kind.WAIT, process.ask(next).kind());
    letAnIntervalPass();
    assertEquals(9, remaining(tell(frozen, lost, word)));
    assertEquals(Kind.RELEASED, process.ask(next).kind());
  }

  /** It was not used, as its process has not learned of it in time. */
  @Test
  void join_afterTheHoldWasLost_hasItsOldPlace() {
    Participant frozen = participant("a", settings(LONG));
    Participant process = participant("b", settings(LONG));
    Ticket lost = release(frozen, 0);
    Ticket next = joinAfterTheLossOf(frozen, process);
    assertEquals(lost.arrival, frozen.join(lost));
    letAnIntervalPass();
    assertEquals(Kind.BEHIND, process.ask(next).kind());
    assertEquals(Kind.RELEASED, frozen.ask(lost).kind());
  }

  @Test
  void stray_thatIsHeld_countsAsUsedAndOneInLineLeavesAndNeitherIsNothing() {
    Participant process = participant("a", settings(LONG));
    Ticket held = release(process, 0);
    Ticket inLine = process.join(0);
    Ticket next = process.join(0);
    process.stray(held);
    process.stray(inLine);
    assertEquals(Kind.WAIT, process.ask(next).kind());
    letAnIntervalPass();
    process.stray(held);
    assertEquals(Kind.RELEASED, process.ask(next).kind());
  }

  @Test
  void join_againAfterLostAnswerAndRelease_isNotInLineOnceMore() {
    Participant process = participant("a", settings(LONG));
    Ticket ticket = process.ticket(0);
    StepReply lost = process.tell().join(ticket).ask(ticket).take();
    StepReply again = process.tell().join(ticket).ask(ticket).take();
    assertEquals(Kind.RELEASED, lost.answers().getFirst().kind());
    assertEquals(Kind.RELEASED, again.answers().getFirst().kind());
    assertEquals(lost.arrivals(), again.arrivals());
    process.unused(ticket);
    assertEquals(Kind.RELEASED, process.ask(process.join(0)).kind());
  }

  @Test
  void join_again_keepsThePlace() {
    Participant process = participant("a", settings(LONG));
    Ticket first = process.join(0);
    Ticket second = process.join(0);
    assertEquals(first.arrival, process.join(first));
    assertTrue(second.arrival > first.arrival);
    assertEquals(Kind.RELEASED, process.ask(first).kind());
  }

  @Test
  void ask_behindHeadOfDeadProcess_goesWhenItsLeaseIsOver() {
    Participant dead = participant("a", settings(SHORT));
    Participant process = participant("b", settings(SHORT));
    dead.join(0);
    Ticket ticket = process.join(0);
    Answer behind = process.ask(ticket);
    assertEquals(Kind.BEHIND, behind.kind());
    assertTrue(behind.nanos() <= LONG.toNanos());
    long endMicros = nowMicros() + 300_000;
    setLease(dead, endMicros);
    Await.until(() -> process.ask(ticket).kind() == Kind.RELEASED);
    assertTrue(nowMicros() > endMicros);
    assertEquals(1, client.zcard(key("line:0")), "nobody's");
  }

  /** More would keep the store from others for too long. */
  @Test
  void ask_behindManyOfADeadProcess_dropsFiveHundredInAStep() {
    Participant dead = participant("a", settings(SHORT));
    Participant process = participant("b", settings(SHORT));
    Participant.Telling joins = dead.tell();
    for (int i = 0; i < 600; i++) {
      joins.join(dead.ticket(0));
    }
    joins.take();
    Ticket ticket = process.join(0);
    setLease(dead, 1);
    Answer more = process.ask(ticket);
    assertEquals(Kind.WAIT, more.kind());
    assertEquals(0, more.nanos());
    assertEquals(102, client.zcard(key("line:0")), "with nobody's");
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
  }

  /** Others may have missed the notification, but need not hear of it at each step. */
  @Test
  void ask_behindAgainAndAgain_tellsAllAThirdOfALeaseAfterTheLastTime() {
    Participant process = participant("a", settings(SHORT));
    Participant other = participant("b", settings(SHORT));
    release(process, 0);
    Ticket next = other.join(0);
    other.ask(next);
    String told = client.hget(key("uses"), "told:0");
    assertTrue(Long.parseLong(told) > 0);
    other.ask(next);
    assertEquals(told, client.hget(key("uses"), "told:0"));
    client.hset(key("uses"), "told:0", "" + (Long.parseLong(told) - HOUR_MICROS / 3));
    other.ask(next);
    assertTrue(Long.parseLong(client.hget(key("uses"), "told:0")) > Long.parseLong(told));
  }

  private long nowMicros() {
    try (Jedis jedis = redis.connect()) {
      List<String> time = jedis.time();
      return Long.parseLong(time.getFirst()) * 1_000_000 + Long.parseLong(time.getLast());
    }
  }

  /** The lease of a process ends while it holds a start, and another one joins. */
  private Ticket joinAfterTheLossOf(Participant frozen, Participant process) {
    Ticket next = process.join(0);
    setLease(frozen, 1);
    assertEquals(Kind.WAIT, process.ask(next).kind());
    return next;
  }

  /** Sets when the lease of a process ends if the store does not hear from it. */
  private void setLease(Participant process, long micros) {
    client.zadd(key("leases"), (double) micros, process.name);
  }

  /** A process that was away is told so until it has heard, and has its old place. */
  @Test
  void ask_droppedTicket_isToJoinOnceMoreAndHasItsOldPlace() {
    Participant frozen = participant("a", settings(SHORT));
    Participant process = participant("b", settings(SHORT));
    Ticket first = frozen.join(0);
    Ticket second = process.join(0);
    Ticket third = process.join(0);
    assertFalse(frozen.look().rejoin());
    setLease(frozen, 1);
    assertEquals(Kind.RELEASED, process.ask(second).kind());
    StepReply back = frozen.tell().ask(first).take();
    assertTrue(back.rejoin());
    assertEquals(Kind.UNKNOWN, back.answers().getFirst().kind());
    assertFalse(frozen.look().rejoin());
    assertEquals(first.arrival, frozen.join(first));
    process.used(second, Duration.ZERO);
    assertEquals(Kind.BEHIND, process.ask(third).kind());
    Await.until(() -> frozen.ask(first).kind() == Kind.RELEASED);
  }

  /** Its steps come, so it could hold a start without end, and never use it. */
  @Test
  void take_processThatHearsNoAnswer_losesItsLeaseAndWhatItHolds() {
    RedisQueueSettings settings = settings(SHORT, Duration.ofSeconds(2));
    try (OddClient odd = new OddClient(redis)) {
      odd.odd = false;
      Participant deaf = new Participant(odd, "a", settings, false);
      Participant process = participant("b", settings);
      Ticket held = release(deaf, 0);
      Ticket next = process.join(0);
      assertEquals(Kind.BEHIND, process.ask(next).kind());
      odd.losesAnswers = true;
      Await.until(() -> {
        assertThrows(JedisConnectionException.class, () -> deaf.holds(held));
        return process.ask(next).kind() == Kind.RELEASED;
      });
      odd.losesAnswers = false;
      StepReply back = deaf.tell().confirm(held).take();
      assertTrue(back.rejoin());
      assertFalse(back.held().getFirst());
    }
  }

  @Test
  void close_letsOthersPassAtOnce() {
    Participant closing = participant("a", settings(SHORT));
    Participant process = participant("b", settings(SHORT));
    closing.join(0);
    Ticket ticket = process.join(0);
    closing.close();
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
  }

  /** It was given up before, but lay in a socket. */
  @Test
  void take_stepAfterItsProcessHasClosed_isRefused() {
    Participant late = participant("a", settings(LONG));
    Participant closing = participant("a", settings(LONG));
    Ticket ticket = closing.join(0);
    closing.close();
    assertThrows(JedisDataException.class, () -> late.join(ticket));
  }

  /** Nobody has missed it: what it holds is its own still. */
  @Test
  void take_leaseWasOverAndNobodyNoticed_keepsTheHoldAndThePlaces() {
    Participant process = participant("a", settings(LONG));
    Ticket held = release(process, 0);
    Ticket next = process.join(0);
    setLease(process, 1);
    StepReply back = process.tell().confirm(held).take();
    assertTrue(back.rejoin());
    assertTrue(back.held().getFirst());
    assertEquals(next.arrival, process.join(next));
  }

  @Test
  void ask_placeThatWasConfirmedHasVanished_isCold() {
    Participant process = participant("a", settings(LONG));
    Ticket ticket = process.join(0);
    process.look();
    long before = cold();
    client.zrem(key("line:0"), ticket.member());
    assertEquals(Kind.UNKNOWN, process.ask(ticket).kind());
    assertNotEquals(before, cold());
  }

  /**
   * A process that has not heard that the store was cold hears so again, and it is not cold twice.
   */
  @Test
  void take_answerOfAStepThatWasColdHalfWayIsLost_isToJoinAgainAllTheSame() {
    try (OddClient odd = new OddClient(redis)) {
      odd.odd = false;
      Participant process = new Participant(odd, "a", settings(LONG), false);
      Ticket ticket = process.join(0);
      client.zrem(key("line:0"), ticket.member());
      process.look();
      odd.losesAnswers = true;
      assertThrows(JedisConnectionException.class, () -> process.ask(ticket));
      odd.losesAnswers = false;
      long before = cold();
      assertTrue(process.tell().ask(ticket).take().rejoin());
      assertEquals(before, cold());
    }
  }

  /** Or it would pass those who were in that line, and have not asked since. */
  @Test
  void join_lineHasVanished_isCold() {
    Participant process = participant("a", settings(LONG));
    Participant other = participant("b", settings(LONG));
    process.look();
    Ticket first = other.join(0);
    long before = cold();
    client.del(key("line:0"));
    assertTrue(process.tell().join(process.ticket(0)).take().rejoin());
    assertNotEquals(before, cold());
    assertTrue(other.look().rejoin());
    assertEquals(first.arrival, other.join(first));
  }

  /** It may have been one of more buckets than a store knows of that has lost its state. */
  @Test
  void join_lineThatOutlivedWhatWasKnownOfIt_beginsEmpty() {
    Participant process = participant("a", settings(SHORT, Duration.ofSeconds(5)));
    client.zadd(key("line:1"), 1, "a.7:1");
    Participant reader = reader("b", settings(SHORT, Duration.ofSeconds(5)));
    reader.read(reader.look().reading(), limit(10, 2));
    Ticket ticket = process.join(1);
    Await.until(() -> {
      process.join(ticket);
      return process.ask(ticket).kind() == Kind.RELEASED;
    });
  }

  /** Silence means sent. */
  @Test
  void close_whileItHoldsAStart_countsThatAsUsed() {
    Participant closing = participant("a", settings(LONG));
    Participant process = participant("b", settings(LONG));
    release(closing, 0);
    Ticket ticket = process.join(0);
    closing.close();
    assertEquals(Kind.WAIT, process.ask(ticket).kind());
  }

  @Test
  void take_stepThatWasGivenUp_isRefusedAfterALaterOne() {
    Participant early = participant("a", settings(LONG)); // the same process, two steps behind
    Participant process = participant("a", settings(LONG));
    process.join(0);
    Ticket left = process.join(0);
    process.unused(left);
    var thrown = assertThrows(JedisDataException.class, () -> early.join(left));
    assertTrue(String.valueOf(thrown.getMessage()).contains("later step"), thrown.toString());
  }

  /** Its process has died since, and others have seen the end of its lease. */
  @Test
  void take_stepThatWasGivenUp_isRefusedForAnHourAfterTheLease() {
    Participant late = participant("a", settings(LONG)); // the same process, two steps behind
    Participant process = participant("a", settings(LONG));
    Ticket left = process.join(0);
    process.unused(left);
    setLease(process, nowMicros() - HOUR_MICROS + 60_000_000);
    participant("b", settings(LONG)).look();
    var thrown = assertThrows(JedisDataException.class, () -> late.join(left));
    assertTrue(String.valueOf(thrown.getMessage()).contains("later step"), thrown.toString());
  }

  /** Nobody knows any more that it was given up: it costs the others one lease. */
  @Test
  void take_stepThatWasGivenUpMoreThanAnHourAgo_isTakenAndItsTicketIsPassedOver() {
    Participant late = participant("a", settings(SHORT));
    Participant process = participant("a", settings(SHORT));
    Participant other = participant("b", settings(SHORT));
    Ticket left = process.join(0);
    process.unused(left);
    setLease(process, nowMicros() - HOUR_MICROS - 60_000_000);
    Ticket ticket = other.join(0);
    assertFalse(client.hexists(key("processes"), "a"));
    other.unused(ticket);
    long before = cold();
    late.join(left);
    Ticket next = other.join(0);
    assertEquals(Kind.BEHIND, other.ask(next).kind());
    setLease(late, 1);
    assertEquals(Kind.RELEASED, other.ask(next).kind());
    assertEquals(before, cold());
  }

  /** The store has forgotten it, but has lost nothing by that. */
  @Test
  void take_processIsBackAfterMoreThanAnHour_joinsAgainAndHasLostItsHold() {
    Participant frozen = participant("a", settings(LONG));
    Participant process = participant("b", settings(LONG));
    Ticket held = release(frozen, 0);
    Ticket waiting = frozen.join(0);
    Ticket next = process.join(0);
    setLease(frozen, nowMicros() - HOUR_MICROS - 60_000_000);
    assertEquals(Kind.WAIT, process.ask(next).kind());
    long before = cold();
    StepReply back = frozen.tell().ask(waiting).confirm(held).take();
    assertTrue(back.rejoin());
    assertFalse(back.held().getFirst());
    assertEquals(Kind.UNKNOWN, back.answers().getFirst().kind());
    assertEquals(waiting.arrival, frozen.join(waiting));
    assertFalse(frozen.look().rejoin());
    assertEquals(before, cold());
    letAnIntervalPass();
    assertEquals(Kind.BEHIND, process.ask(next).kind());
    assertEquals(Kind.RELEASED, frozen.ask(waiting).kind());
  }

  private long cold() {
    return Long.parseLong(client.hget(key("state"), "cold"));
  }

  /** A part of what the store knew has gone: it cannot know what it last released. */
  @ParameterizedTest
  @ValueSource(strings = {"line:0", "holds", "uses", "starts", "leases", "processes", "state"})
  void take_aKeyHasVanished_isColdAndAllJoinAgain(String key) {
    Participant process = participant("a", settings(LONG));
    Participant other = participant("b", settings(LONG));
    Ticket held = release(process, 0);
    Ticket first = other.join(0);
    Ticket second = process.join(0);
    long before = cold();
    client.del(key(key));
    StepReply reply = process.tell().ask(second).confirm(held).take();
    assertNotEquals(before, cold());
    assertTrue(reply.rejoin());
    assertFalse(reply.held().getFirst());
    assertTrue(other.look().rejoin());
    process.join(second);
    other.join(first);
    assertEquals(Kind.BEHIND, process.ask(second).kind());
    assertEquals(Kind.RELEASED, other.ask(first).kind());
  }

  /** Some that are sold as a service do not have all fields of INFO. */
  @Test
  void take_serverHasNoRunId_isKnownByItsReplicationId() {
    try (var restricted = new ScriptClient("'run_id'", "'no_such_field'")) {
      Participant process = new Participant(restricted, "a", settings(LONG), false);
      process.look();
      String known = client.hget(key("state"), "run");
      assertTrue(client.info("replication").contains("master_replid:" + known), known);
      long before = cold();
      process.look();
      assertEquals(before, cold());
    }
  }

  /** A client with a script that differs in one place. */
  private final class ScriptClient extends UnifiedJedis {
    private final String script;

    ScriptClient(String right, String other) {
      super(
          new PooledConnectionProvider(new HostAndPort(RedisProcess.LOOPBACK, redis.port())),
          RedisProtocol.RESP2);
      script = Store.STEP.text().replace(right, other);
    }

    @Override
    public Object evalsha(String sha, List<String> keys, List<String> arguments) {
      return eval(script, keys, arguments);
    }
  }

  @Test
  void take_storeThatForgotAStep_isCold() {
    Participant process = participant("a", settings(LONG));
    process.join(0);
    String record = client.hget(key("processes"), "a");
    process.join(0);
    process.join(0);
    long before = cold();
    client.hset(key("processes"), "a", record);
    assertTrue(process.look().rejoin());
    assertNotEquals(before, cold());
  }

  /**
   * A process that held a start may use it for 0.4 leases more, and reports it. Whatever it
   * reports, nothing is given back.
   */
  @ParameterizedTest
  @EnumSource
  void word_toldTwiceToAColdStore_putsTheNextOffOnlyIfItWasUsed(TicketOutcome.Kind word) {
    Participant process = reader("a", settings(LONG));
    Ticket held = readAndRelease(process);
    Ticket next = process.join(0);
    makeCold();
    StepReply first = tell(process, held, word);
    assertTrue(first.rejoin());
    boolean isUsed = word == TicketOutcome.Kind.USED;
    assertEquals(isUsed ? List.of(0L) : List.of(), first.usedMoments());
    tell(process, held, word);
    Set<String> charged = Set.copyOf(client.zrange(key("starts"), 0, -1));
    assertEquals(isUsed ? Set.of("-", held.name) : Set.of("-"), charged);
    process.join(next);
    StepReply reply = process.read(process.look().reading(), limit(10, 1));
    assertTrue(remaining(reply) <= 9, reply.toString());
    assertEquals(isUsed ? Kind.WAIT : Kind.RELEASED, process.ask(next).kind());
  }

  /** As of an IDENTIFY that was answered before the store became cold. */
  @Test
  void used_aWhileAgoToldToAColdStore_countsFromThere() {
    Participant process = participant("a", settings(LONG));
    Ticket held = release(process, 0);
    Ticket next = process.join(0);
    makeCold();
    process.used(held, LONG.dividedBy(2));
    process.join(next);
    Answer answer = process.ask(next);
    assertEquals(Kind.WAIT, answer.kind());
    assertTrue(answer.nanos() <= LONG.dividedBy(2).toNanos());
  }

  @Test
  void close_toldTwiceToAColdStore_leavesNoLease() {
    Participant closing = participant("a", settings(LONG));
    closing.join(0);
    makeCold();
    closing.close();
    closing.close();
    assertEquals(0, leases());
  }

  /**
   * A part of what the store knew has gone, and it notices that in the last of four buckets. What
   * it has answered before belongs to what it has dropped by then, and is not told again.
   */
  @Test
  void take_coldHalfWayThroughAStep_dropsWhatItHasAnsweredBefore() {
    Participant process =
        reader(
            "a",
            new RedisQueueSettings(
                namespace, LONG, LONG, LONG, Duration.ZERO, LONG, 0, false, false));
    process.read(process.look().reading(), limit(10, 4));
    setState("quiet", 1);
    Ticket used = release(process, 0);
    Ticket asking = process.join(1);
    Ticket lost = process.join(3);
    Ticket joining = process.ticket(2);
    long before = cold();
    client.del(key("line:3"));
    StepReply reply =
        process
            .tell()
            .word(used, TicketOutcome.Kind.USED, Duration.ZERO)
            .join(joining)
            .ask(asking)
            .ask(lost)
            .confirm(asking)
            .take();
    assertNotEquals(before, cold());
    assertTrue(client.exists(key("line:3")), "begun anew");
    assertTrue(reply.rejoin());
    assertTrue(reply.usedMoments().getFirst() > 0);
    assertEquals(
        List.of(Kind.RELEASED, Kind.UNKNOWN), reply.answers().stream().map(Answer::kind).toList());
    assertFalse(reply.held().getFirst());
    assertEquals(List.of(), reply.uses());
    joining.arrival = reply.arrivals().getFirst();
    StepReply again = process.tell().join(asking).join(joining).confirm(asking).take();
    assertEquals(List.of(asking.arrival, joining.arrival), again.arrivals());
    assertFalse(again.held().getFirst());
    assertTrue(process.ask(asking).nanos() > LONG.dividedBy(2).toNanos(), "it is quiet");
    assertEquals(8, remaining(process.read(process.look().reading(), limit(10, 4))));
  }

  /** Shards 0 to 3 arrive in one bucket, and have two of their own then. */
  @Test
  void read_otherConcurrency_allJoinAgainAndGoInOrderOfArrival() {
    RedisQueueSettings settings = settings(LONG, Duration.ofSeconds(5));
    Participant process = reader("a", settings);
    List<Ticket> tickets =
        List.of(process.join(0), process.join(1), process.join(2), process.join(3));
    long reading = process.ask(tickets.getFirst()).detail();
    StepReply reply = process.read(reading, limit(10, 2));
    assertEquals(2, reply.concurrency());
    assertTrue(reply.rejoin());
    for (int i = 3; i >= 0; i--) {
      process.join(tickets.get(i));
    }
    assertEquals(Kind.BEHIND, process.ask(tickets.get(2)).kind());
    assertEquals(Kind.BEHIND, process.ask(tickets.get(3)).kind());
    Await.until(() -> process.ask(tickets.get(0)).kind() == Kind.RELEASED);
    assertEquals(Kind.RELEASED, process.ask(tickets.get(1)).kind());
    process.used(tickets.get(0), Duration.ZERO);
    assertEquals(Kind.WAIT, process.ask(tickets.get(2)).kind());
    assertEquals(Kind.BEHIND, process.ask(tickets.get(3)).kind());
  }

  @Test
  void read_fewerBuckets_takeOverTheLastUse() {
    Participant process = reader("a", settings(LONG, Duration.ofSeconds(5)));
    Ticket first = process.join(1);
    process.read(process.ask(first).detail(), limit(10, 2));
    process.join(first);
    Await.until(() -> process.ask(first).kind() == Kind.RELEASED);
    process.used(first, Duration.ZERO);
    Ticket even = process.join(0);
    forceReading();
    process.read(process.ask(even).detail(), limit(9, 1));
    process.join(even);
    Answer answer = process.ask(even);
    assertEquals(Kind.WAIT, answer.kind());
    assertTrue(answer.nanos() > LONG.dividedBy(2).toNanos());
    assertTrue(answer.lastUse() > 0);
  }

  /** It is lost, as the store cannot tell whose it would be; its use counts all the same. */
  @Test
  void read_otherConcurrencyWhileAStartIsHeld_isLostAndCharged() {
    Participant process = reader("a", settings(LONG));
    Ticket held = readAndRelease(process);
    forceReading();
    process.read(process.look().reading(), limit(10, 2));
    assertFalse(process.holds(held));
    assertEquals(9, remaining(process.look()));
    assertEquals(Kind.WAIT, process.ask(process.join(1)).kind());
  }

  /** Nobody asks in its bucket any more, so nobody else notices. */
  @Test
  void read_processThatHeldAStartHasGone_countsItAsUsed() {
    Participant dead = participant("a", settings(LONG));
    Participant process = reader("b", settings(LONG));
    Ticket held = dead.join(0);
    process.read(process.look().reading(), limit(10, 1));
    assertEquals(Kind.RELEASED, dead.ask(held).kind());
    setLease(dead, 1);
    forceReading();
    assertEquals(8, remaining(process.read(process.look().reading(), limit(9, 1))));
    assertEquals(1, client.hlen(key("holds")), "nobody's");
    assertTrue(client.zrange(key("starts"), 0, -1).contains(held.name));
  }

  private void forceReading() {
    setState("good_until", 0);
  }

  private void setState(String field, long value) {
    client.hset(key("state"), field, Long.toString(value));
  }

  /** As if the store had failed over. */
  private void makeCold() {
    client.hset(key("state"), "run", "of another server");
  }

  @Test
  void read_oneProcessAtATime() {
    Participant a = reader("a", settings(LONG));
    Participant b = reader("b", settings(LONG));
    Participant without = participant("c", settings(LONG));
    assertEquals(0, without.look().reading());
    long reading = a.look().reading();
    assertTrue(reading > 0, "though nobody asks here");
    assertEquals(0, b.look().reading());
    assertEquals(reading, a.look().reading());
    Ticket first = without.join(0);
    assertEquals(Kind.NO_LIMIT, without.ask(first).kind());
    a.read(reading, limit(10, 1));
    assertEquals(Kind.RELEASED, without.ask(first).kind());
  }

  /** A source that is told to wait for longer than a minute is not asked again in between. */
  @Test
  void read_forLongerThanAMinute_isAnothersAndCountsAllTheSame() {
    Participant a = reader("a", settings(LONG));
    Participant b = reader("b", settings(LONG));
    long begun = a.look().reading();
    setState("reading_until", 1);
    long another = b.look().reading();
    assertTrue(another > begun);
    assertEquals(0, a.look().reading());
    assertEquals(9, remaining(a.read(begun, limit(9, 1))));
    assertEquals(7, remaining(b.read(another, limit(7, 1))));
    assertEquals(7, remaining(a.read(begun, limit(9, 1))), "overtaken");
  }

  @Test
  void read_askedBeforeTheStoreLostStarts_doesNotCount() {
    Participant process = reader("a", settings(LONG));
    long before = process.look().reading();
    makeCold();
    long after = process.look().reading();
    assertTrue(after > before);
    process.read(before, limit(9, 1));
    assertEquals(after, process.look().reading(), "still under way");
  }

  @Test
  void read_askedBeforeTheClockWasSetBack_doesNotCount() {
    Participant process = reader("a", settings(LONG));
    assertNull(process.read(nowMicros() + HOUR_MICROS, limit(9, 1)).limit());
    assertEquals(9, remaining(process.read(process.look().reading(), limit(9, 1))));
  }

  /** It may miss starts of which the store does not know either. */
  @Test
  void read_whileTheStoreIsQuiet_isReadAgainAfterThat() {
    RedisQueueSettings settings =
        new RedisQueueSettings(
            namespace, SHORT, Duration.ofSeconds(3), LONG, Duration.ZERO, LONG, 0, false, false);
    Participant process = reader("a", settings);
    Ticket ticket = process.join(0);
    assertEquals(Kind.WAIT, process.ask(ticket).kind());
    long early = process.tell().ask(ticket).take().reading();
    assertTrue(early > 0, "so that the buckets are known by then");
    assertEquals(10, remaining(process.read(early, limit(10, 1))));
    Await.until(() -> process.ask(ticket).kind() == Kind.READ);
    process.read(process.ask(ticket).detail(), limit(10, 1));
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
  }

  @Test
  void ask_readerOfTheLimitIsDead_anotherReads() throws InterruptedException {
    Duration lease = Duration.ofSeconds(3);
    Participant dead = reader("dead", settings(SHORT, lease));
    assertTrue(dead.look().reading() > 0);
    try (RedisQueue queue =
        RedisQueue.builder(redis.uri())
            .namespace(namespace)
            .lease(lease)
            .startDelay(Duration.ZERO)
            .limits(() -> new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1))
            .build()) {
      queue.request(0, 1);
    }
  }

  /** Both scripts say when a bucket may release next, each for itself. */
  @Test
  void look_bucketThatReleased_tellsTheSameWaitAsItsAnswer() {
    Participant process = participant("a", settings(LONG));
    process.used(release(process, 0), Duration.ZERO);
    Ticket second = process.join(0);
    long beginNanos = System.nanoTime();
    long answered = process.ask(second).nanos();
    SnapshotReply.Bucket bucket = process.store.look(List.of()).buckets().getFirst();
    long looked = Micros.toNanos(bucket.opensIn());
    long elapsedNanos = System.nanoTime() - beginNanos;
    assertTrue(looked <= answered && answered - looked <= elapsedNanos, answered + ", " + looked);
  }

  /** Whether they are is read in ten seconds: nobody is to fail for that. */
  @Test
  void ask_startsThatMayHaveBeenCountedLeaveNone_isExhaustedButNotUsedUp() {
    RedisQueueSettings settings =
        new RedisQueueSettings(
            namespace,
            Duration.ofNanos(1),
            Duration.ZERO,
            LONG,
            Duration.ofSeconds(10),
            LONG,
            0,
            false,
            false);
    Participant process = reader("a", settings);
    Ticket first = process.join(0);
    setState("cold", 1); // or ten starts of others are kept back
    process.read(process.ask(first).detail(), limit(10, 1));
    assertEquals(Kind.RELEASED, process.ask(first).kind());
    process.used(first, Duration.ZERO);
    forceReading();
    process.read(process.look().reading(), limit(1, 1));
    Ticket second = process.join(0);
    StepReply reply = process.tell().ask(second).take();
    assertEquals(Kind.EXHAUSTED, reply.answers().getFirst().kind());
    assertTrue(reply.answers().getFirst().nanos() <= Duration.ofSeconds(10).toNanos());
    assertEquals(0, reply.exhaustedNanos());
  }

  @Test
  void ask_noStartsLeft_isExhaustedUntilTheReset() {
    Participant process = reader("a", settings(Duration.ofNanos(1)));
    Ticket first = process.join(0);
    process.read(process.ask(first).detail(), limit(1, 1));
    assertEquals(Kind.RELEASED, process.ask(first).kind());
    process.used(first, Duration.ZERO);
    Ticket second = process.join(0);
    StepReply reply = process.tell().ask(second).take();
    assertEquals(Kind.EXHAUSTED, reply.answers().getFirst().kind());
    assertTrue(reply.answers().getFirst().nanos() > LONG.dividedBy(2).toNanos());
    assertTrue(reply.exhaustedNanos() > LONG.dividedBy(2).toNanos());
  }

  private static final Duration AGE = Duration.ofMinutes(10);

  /** One whose readings come of age. */
  private RedisQueueSettings renewed() {
    return new RedisQueueSettings(
        namespace,
        Duration.ofNanos(1),
        Duration.ZERO,
        LONG,
        Duration.ofSeconds(10),
        AGE,
        0,
        false,
        false);
  }

  /** Makes the last reading older. */
  private void age(Duration by) {
    long asked = Long.parseLong(client.hget(key("state"), "asked"));
    setState("asked", asked - by.toNanos() / 1000);
  }

  /** Reads so early that it cannot miss what was there before the store. */
  private void readLater(Participant process, SessionStartLimit limit) {
    long reading = process.look().reading();
    setState("cold", 1);
    process.read(reading, limit);
  }

  @Test
  void ask_readingHasComeOfAge_isReleasedAndOneProcessReadsAgain() {
    Participant process = reader("a", renewed());
    Participant other = reader("b", renewed());
    readLater(process, limit(10, 1));
    Ticket first = process.join(0);
    StepReply young = process.tell().ask(first).take();
    assertEquals(Kind.RELEASED, young.answers().getFirst().kind());
    assertEquals(0, young.reading());
    process.used(first, Duration.ZERO);
    age(AGE);
    assertEquals(0, process.look().reading(), "nobody asks");
    StepReply old = process.tell().ask(process.join(0)).take();
    assertEquals(Kind.RELEASED, old.answers().getFirst().kind());
    assertTrue(old.reading() > 0);
    assertEquals(0, other.tell().refresh().take().reading(), "it is under way");
  }

  @Test
  void ask_nobodyHasAskedForLong_waitsForANewReading() {
    Participant process = reader("a", renewed());
    Participant other = reader("b", renewed());
    readLater(process, limit(10, 1));
    age(AGE.multipliedBy(2));
    Ticket first = process.join(0);
    StepReply stale = process.tell().ask(first).take();
    assertEquals(Kind.READ, stale.answers().getFirst().kind());
    assertTrue(stale.reading() > 0);
    assertEquals(Kind.BEHIND, other.ask(other.join(0)).kind());
    process.read(stale.reading(), limit(10, 1));
    assertEquals(Kind.RELEASED, process.ask(first).kind());
  }

  @Test
  void ask_readingThatIsWaitedForHangs_isReleasedByTheOldOne() {
    Participant process = reader("a", renewed());
    readLater(process, limit(10, 1));
    age(AGE.multipliedBy(2));
    Ticket first = process.join(0);
    assertEquals(Kind.READ, process.ask(first).kind());
    long until = Long.parseLong(client.hget(key("state"), "reading_until"));
    setState("reading_until", until - Duration.ofSeconds(30).toNanos() / 1000);
    assertEquals(Kind.RELEASED, process.ask(first).kind());
  }

  /** As many may be counted as there were. */
  @Test
  void read_moreStartsThanAreLeftMayBeCounted_isUncertain() {
    Participant process = reader("a", renewed());
    readLater(process, limit(10, 1));
    for (int i = 0; i < 6; i++) {
      process.used(release(process, 0), Duration.ZERO);
    }
    age(Duration.ofSeconds(30));
    process.read(process.tell().refresh().take().reading(), limit(3, 1));
    StepReply.Budget budget = process.look().budget();
    assertEquals(3, budget.usable() + budget.uncertain());
  }

  @Test
  void ask_readingHasComeOfAgeInAProcessWithoutSource_anotherIsToReadIt() {
    Participant process = participant("a", renewed());
    Participant reader = reader("b", renewed());
    readLater(reader, limit(10, 1));
    age(AGE);
    assertEquals(Kind.RELEASED, process.ask(process.join(0)).kind());
    assertTrue(reader.look().reading() > 0);
  }

  @Test
  void refresh_isReadUnlessTheLastReadingIsYoung() {
    Participant process = reader("a", renewed());
    readLater(process, limit(10, 1));
    age(Duration.ofSeconds(29));
    assertEquals(0, process.tell().refresh().take().reading());
    age(Duration.ofSeconds(1));
    assertTrue(process.tell().refresh().take().reading() > 0);
  }

  /** A charge need not have become a start. */
  @Test
  void ask_startsWereChargedToTheLast_areReadAgainBeforeTheyAreUsedUp() {
    Participant process = reader("a", renewed());
    readLater(process, limit(1, 1));
    Ticket first = release(process, 0);
    process.used(first, Duration.ZERO);
    Ticket second = process.join(0);
    StepReply young = process.tell().ask(second).take();
    assertEquals(Kind.EXHAUSTED, young.answers().getFirst().kind());
    assertTrue(young.exhaustedNanos() > 0);
    age(Duration.ofSeconds(30));
    StepReply old = process.tell().ask(second).take();
    assertEquals(Kind.READ, old.answers().getFirst().kind());
    assertEquals(0, old.exhaustedNanos());
    process.read(old.answers().getFirst().detail(), limit(2, 1));
    assertEquals(Kind.RELEASED, process.ask(second).kind());
  }

  /** Until something is said of it, Discord tells the same again. */
  @Test
  void read_startThatIsHeldMakesTheDifference_isReadAgainWhenItIsNoLongerYoung() {
    Participant process = reader("a", renewed());
    readLater(process, limit(1, 2));
    setState("quiet", 1);
    Ticket held = release(process, 0);
    age(Duration.ofSeconds(30));
    StepReply reply = process.read(process.tell().refresh().take().reading(), limit(1, 2));
    assertEquals(0, reply.budget().usable());
    assertEquals(1, reply.budget().uncertain());
    Ticket other = process.join(1);
    StepReply asked = process.tell().ask(other).take();
    assertEquals(Kind.EXHAUSTED, asked.answers().getFirst().kind());
    assertTrue(asked.answers().getFirst().nanos() > Duration.ofSeconds(15).toNanos());
    assertTrue(asked.answers().getFirst().nanos() <= Duration.ofSeconds(30).toNanos());
    assertEquals(0, asked.exhaustedNanos(), "it may be counted already");
    process.unused(held);
    assertEquals(Kind.RELEASED, process.ask(other).kind());
  }

  @Test
  void read_fewerThanOurStartsExplain_countsTheRestAsUsedElsewhere() {
    Participant process = reader("a", renewed());
    readLater(process, limit(10, 1));
    process.used(release(process, 0), Duration.ZERO);
    age(AGE);
    assertEquals(0, process.look().budget().usedElsewhere());
    long reading = process.tell().refresh().take().reading();
    assertEquals(4, process.read(reading, limit(5, 1)).budget().usedElsewhere());
    assertEquals(4, process.store.look(List.of()).usedElsewhere());
    age(AGE);
    long again = process.tell().refresh().take().reading();
    assertEquals(4, process.read(again, limit(4, 1)).budget().usedElsewhere(), "that was ours");
  }

  /** As a reading is made again that Discord had begun to answer before these starts. */
  @Test
  void read_startsWhileItIsUnderWay_areSubtractedHoweverLongThatTakes() {
    Participant process = reader("a", renewed());
    readLater(process, limit(10, 1));
    age(AGE);
    long reading = process.tell().refresh().take().reading();
    for (int i = 0; i < 3; i++) {
      process.used(release(process, 0), Duration.ZERO);
    }
    client
        .zrangeWithScores(key("starts"), 0, -1)
        .forEach(start -> assertTrue(start.getScore() >= reading));
    assertEquals(7, remaining(process.read(reading, limit(10, 1))));
  }

  @Test
  void retryAfter_ofOneProcess_isKeptByAll() {
    Participant process = reader("a", renewed());
    Participant other = reader("b", renewed());
    assertTrue(process.look().reading() > 0);
    StepReply told = process.tell().retryAfter(LONG).take();
    assertTrue(told.budget().closedNanos() > LONG.dividedBy(2).toNanos());
    assertEquals(0, process.look().reading());
    assertEquals(0, other.look().reading());
    Answer answer = other.ask(other.join(0));
    assertEquals(Kind.NO_LIMIT, answer.kind());
    assertTrue(answer.nanos() > LONG.dividedBy(2).toNanos());
    makeCold();
    assertEquals(0, other.look().reading(), "whatever the store has forgotten");
    setState("not_before", 1);
    assertTrue(other.look().reading() > 0);
  }

  private RedisQueueSettings braked() {
    return new RedisQueueSettings(
        namespace, Duration.ofNanos(1), Duration.ZERO, LONG, Duration.ZERO, AGE, 0, true, false);
  }

  /** Returns what a new request of a shard hears of a pause when it would join. */
  private static List<StepReply.Pause> arrive(Participant process, long shard) {
    Ticket ticket = process.ticket(shard);
    ticket.mayPause = true;
    StepReply reply = process.tell().join(ticket).take();
    if (reply.pauses().isEmpty()) {
      process.ask(ticket);
      process.used(ticket, Duration.ZERO);
      process.used(ticket, Duration.ZERO); // as if the answer was lost
    } else {
      assertEquals(0, reply.arrivals().getFirst());
    }
    return reply.pauses();
  }

  /** Has one join that has waited, and start. */
  private static void start(Participant process, long shard) {
    process.used(release(process, shard), Duration.ZERO);
  }

  @Test
  void join_shardThatStartsForTheFifthTime_waitsFirstAndLongerEachTime() {
    Participant process = participant("a", braked());
    Participant other = participant("b", braked());
    for (int i = 0; i < 4; i++) {
      assertEquals(List.of(), arrive(i % 2 == 0 ? process : other, 3));
    }
    Ticket cancelled = release(process, 3);
    process.unused(cancelled);
    assertEquals(List.of(), arrive(process, 4), "of another shard");
    long seconds = 5;
    for (int starts = 4; starts < 13; starts++) {
      long nanos = Duration.ofSeconds(Math.min(seconds, 900)).toNanos();
      assertEquals(List.of(new StepReply.Pause(0, nanos, starts, true)), arrive(process, 3));
      StepReply.Pause rest = arrive(other, 3).getFirst();
      assertTrue(rest.nanos() < nanos, "it ends when the first does");
      assertEquals(new StepReply.Pause(0, rest.nanos(), starts, false), rest);
      start(process, 3);
      seconds *= 2;
    }
  }

  private String brakeOf(long shard) {
    return client.hget(key("brake"), "" + shard);
  }

  /** Has the pause of a shard end so much sooner. */
  private void shortenPause(long shard, Duration time) {
    String value = brakeOf(shard);
    int at = value.lastIndexOf(':') + 1;
    long ends = Long.parseLong(value.substring(at)) - time.toNanos() / 1000;
    client.hset(key("brake"), "" + shard, value.substring(0, at) + ends);
  }

  /** As after a client has hung up. */
  @Test
  void join_askedAgainInThePause_waitsTheRestAndNotAgainUntilItHasStarted() {
    Participant process = participant("a", braked());
    for (int i = 0; i < 6; i++) {
      start(process, 3);
    }
    long whole = Duration.ofSeconds(20).toNanos();
    assertEquals(whole, arrive(process, 3).getFirst().nanos());
    shortenPause(3, Duration.ofSeconds(16));
    long rest = arrive(process, 3).getFirst().nanos();
    assertTrue(rest < Duration.ofSeconds(4).toNanos(), rest + " ns");
    shortenPause(3, Duration.ofSeconds(4));
    Ticket ticket = process.ticket(3);
    ticket.mayPause = true;
    assertEquals(List.of(), process.tell().join(ticket).take().pauses());
    assertEquals(List.of(), arrive(process, 3), "and starts");
    assertEquals(2 * whole, arrive(process, 3).getFirst().nanos());
  }

  /** The news is in the answer, and its process is the one to log it. */
  @Test
  void join_answerThatHeldAShardBackWasLost_isToldOnceMore() {
    Participant process = participant("a", braked());
    for (int i = 0; i < 4; i++) {
      arrive(process, 3);
    }
    Ticket ticket = process.ticket(3);
    ticket.mayPause = true;
    for (int i = 0; i < 2; i++) {
      assertTrue(process.tell().join(ticket).take().pauses().getFirst().isNews());
    }
    assertFalse(arrive(process, 3).getFirst().isNews(), "of another ticket");
  }

  /** As a process does whose ticket stands alone in a bucket that is due. */
  @Test
  void ask_heldBackInTheSameStep_forgetsNothing() {
    Participant process = participant("a", braked());
    for (int i = 0; i < 4; i++) {
      arrive(process, 3);
    }
    Ticket waiting = process.join(5);
    Map<String, String> before = client.hgetAll(key("state"));
    Ticket ticket = process.ticket(3);
    ticket.mayPause = true;
    assertEquals(1, process.tell().join(ticket).ask(ticket).take().pauses().size());
    Map<String, String> after = client.hgetAll(key("state"));
    assertEquals(before.get("generation"), after.get("generation"));
    assertEquals(before.get("cold"), after.get("cold"));
    assertEquals(Kind.RELEASED, process.ask(waiting).kind());
  }

  @Test
  void join_shardWhoseStartsAreLongAgo_joinsAtOnce() {
    Participant process = participant("a", braked());
    process.look();
    long now = nowMicros();
    client.hset(key("brake"), "3", "90:9:9:" + (now - HOUR_MICROS - 1));
    assertEquals(List.of(), arrive(process, 3));
    String recent = (now - 601_000_000L) + "," + now + "," + now + "," + now;
    client.hset(key("brake"), "4", "4:0:0:" + recent);
    assertEquals(List.of(), arrive(process, 4));
  }

  @Test
  void brake_hourWithoutAStart_isForgottenByTheStore() {
    Participant process = participant("a", braked());
    process.used(release(process, 3), Duration.ZERO);
    long left = client.pttl(key("brake"));
    assertTrue(left > Duration.ofMinutes(30).toMillis() && left <= 3_600_000, "" + left);
  }

  /** Those before it may have started ten per bucket that Discord has not counted. */
  @Test
  void read_soonAfterTheStoreWasCold_keepsTenStartsPerBucketBack() {
    Participant process = reader("a", renewed());
    StepReply early = process.read(process.look().reading(), limit(20, 2));
    assertEquals(20, remaining(early));
    assertEquals(0, early.budget().usable());
    assertEquals(20, early.budget().uncertain());
    Ticket ticket = process.join(0);
    setState("quiet", 1);
    Answer wait = process.ask(ticket);
    assertEquals(Kind.EXHAUSTED, wait.kind());
    assertTrue(wait.nanos() <= Duration.ofSeconds(11).toNanos());
    forceReading();
    setState("cold", 1);
    process.read(process.look().reading(), limit(20, 2));
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
  }

  /** Most of what a step does frees memory, and what else it needs is little. */
  @Test
  void take_storeIsFull_isExecuted() {
    Participant process = participant("a", settings(SHORT));
    Ticket first = release(process, 0);
    client.configSet("maxmemory", "1");
    try {
      assertThrows(JedisDataException.class, () -> client.set(key("else"), "something"));
      process.used(first, Duration.ZERO);
      Ticket second = process.join(0);
      Await.until(() -> process.ask(second).kind() == Kind.RELEASED);
      process.unused(second);
    } finally {
      client.configSet("maxmemory", "0");
    }
  }
}
