package io.github.gatewayqueue.redis;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.redis.StepReply.Answer;
import io.github.gatewayqueue.redis.StepReply.Kind;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * The protocol step by step, as docs/redis-protocol.md has it, with processes that do as they are
 * told.
 */
class StoreTest extends RedisTestBase {
  private static final Duration LONG = Duration.ofHours(1);

  StoreTest() {
    super(LONG);
  }

  private Participant participant(String name, Settings settings, boolean canRead) {
    return new Participant(client, name, settings, canRead);
  }

  private static Settings settings(Duration interval, Duration lease) {
    return new Settings(
        RedisProcess.newNamespace(), interval, Duration.ZERO, lease, interval, Duration.ZERO, 0);
  }

  @Test
  void ask_again_tellsTheSameReleaseWithItsAge() {
    Participant process = participant("a", settings(LONG, LONG), false);
    Ticket ticket = process.join(0);
    Answer first = process.ask(ticket);
    Answer again = process.ask(ticket);
    assertEquals(Kind.RELEASED, first.kind());
    assertEquals(0, first.nanos());
    assertEquals(1, first.number());
    assertEquals(Kind.RELEASED, again.kind());
    assertEquals(first.moment(), again.moment());
    assertEquals(1, again.number());
    assertTrue(again.nanos() > 0);
  }

  @Test
  void join_againAfterLostAnswerAndRelease_isNotInLineOnceMore() {
    Participant process = participant("a", settings(LONG, LONG), false);
    Ticket ticket = process.ticket(0);
    StepReply lost = process.take(List.of(), List.of(), List.of(ticket), null, List.of(ticket));
    StepReply again = process.take(List.of(), List.of(), List.of(ticket), null, List.of(ticket));
    assertEquals(Kind.RELEASED, lost.answers().getFirst().kind());
    assertEquals(lost.answers().getFirst().moment(), again.answers().getFirst().moment());
    assertEquals(Kind.WAIT, process.ask(process.join(0)).kind());
  }

  /** As after the store was cold; if the release can not be used, it goes where it was. */
  @Test
  void join_againWithItsArrivalAfterRelease_keepsThatArrival() {
    Participant process = participant("a", settings(LONG, LONG), false);
    Ticket ticket = process.join(0);
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
    assertEquals(ticket.arrival, process.join(ticket));
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
  }

  @Test
  void join_again_keepsThePlace() {
    Participant process = participant("a", settings(LONG, LONG), false);
    Ticket first = process.join(0);
    Ticket second = process.join(0);
    assertEquals(first.arrival, process.join(first));
    assertTrue(second.requireArrival().compareTo(first.requireArrival()) > 0);
    assertEquals(Kind.RELEASED, process.ask(first).kind());
  }

  @Test
  void late_release_spendsTheSlotAndGoesNext() {
    Participant process = participant("a", settings(LONG, LONG), false);
    Ticket first = process.join(0);
    Ticket second = process.join(0);
    long moment = process.ask(first).moment();
    process.late(first, moment);
    process.late(first, moment); // the answer was lost
    assertEquals(Kind.WAIT, process.ask(first).kind());
    assertEquals(Kind.BEHIND, process.ask(second).kind());
    long interval = Micros.ceil(LONG) + 1;
    client.hset(
        "{" + process.namespace + "}:buckets",
        "0",
        (moment - interval) + ":" + interval + ":1:" + first.name); // the interval is over
    assertEquals(Kind.RELEASED, process.ask(first).kind());
    process.late(first, moment); // once more, far too late: that is another release now
    assertEquals(Kind.RELEASED, process.ask(first).kind());
  }

  @Test
  void leave_releasedTicket_takesTheChargeBack() {
    Participant process = participant("a", settings(Duration.ofNanos(1), LONG), true);
    Ticket first = process.join(0);
    long reading = process.ask(first).reading();
    process.read(reading, new SessionStartLimit(10, 10, LONG, 1));
    assertEquals(Kind.RELEASED, process.ask(first).kind());
    assertEquals(9, remaining(process));
    process.leave(first);
    process.leave(first);
    assertEquals(10, remaining(process));
  }

  @Test
  void late_release_takesTheChargeBackOnce() {
    Participant process = participant("a", settings(Duration.ofMillis(1), LONG), true);
    Ticket first = process.join(0);
    process.read(process.ask(first).reading(), new SessionStartLimit(10, 10, LONG, 1));
    long moment = process.ask(first).moment();
    assertEquals(9, remaining(process));
    process.late(first, moment);
    process.late(first, moment);
    assertEquals(10, remaining(process));
    Await.until(() -> process.ask(first).kind() == Kind.RELEASED);
    process.late(first, moment); // means the release before
    assertEquals(9, remaining(process));
  }

  private static int remaining(Participant process) {
    SessionStartLimit limit = process.look().limit();
    return limit == null ? -1 : limit.remaining();
  }

  @Test
  void ask_behindHeadOfDeadProcess_goesWhenItsLeaseIsOver() {
    Settings settings = settings(Duration.ofMillis(1), LONG);
    Participant dead = participant("a", settings, false);
    Participant process = participant("b", settings, false);
    dead.join(0);
    dead.join(0);
    Ticket ticket = process.join(0);
    Answer behind = process.ask(ticket);
    assertEquals(Kind.BEHIND, behind.kind());
    assertTrue(behind.nanos() <= LONG.toNanos());
    long endMicros = nowMicros() + 300_000;
    setLease(dead, endMicros);
    Await.until(() -> process.ask(ticket).kind() == Kind.RELEASED);
    assertTrue(process.ask(ticket).moment() > endMicros);
  }

  private long nowMicros() {
    try (Jedis jedis = redis.connect()) {
      List<String> time = jedis.time();
      return Long.parseLong(time.getFirst()) * 1_000_000 + Long.parseLong(time.getLast());
    }
  }

  /** Sets when the lease of a process is over if it says nothing. */
  private void setLease(Participant process, long micros) {
    client.zadd("{" + process.namespace + "}:leases", (double) micros, process.name);
  }

  @Test
  void ask_droppedTicket_isUnknownAndHasItsOldPlaceAgain() {
    Settings settings = settings(Duration.ofMillis(1), LONG);
    Participant frozen = participant("a", settings, false);
    Participant process = participant("b", settings, false);
    Ticket first = frozen.join(0);
    Ticket second = process.join(0);
    Ticket third = process.join(0);
    setLease(frozen, 1);
    Await.until(() -> process.ask(second).kind() == Kind.RELEASED);
    assertEquals(Kind.UNKNOWN, frozen.ask(first).kind());
    assertEquals(first.arrival, frozen.join(first));
    assertEquals(Kind.BEHIND, process.ask(third).kind());
    Await.until(() -> frozen.ask(first).kind() == Kind.RELEASED);
  }

  @Test
  void close_letsOthersPassAtOnce() {
    Settings settings = settings(Duration.ofMillis(1), LONG);
    Participant closing = participant("a", settings, false);
    Participant process = participant("b", settings, false);
    closing.join(0);
    Ticket ticket = process.join(0);
    closing.close();
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
  }

  @Test
  void take_stepThatWasGivenUp_isRefusedAfterALaterOne() {
    Settings settings = settings(LONG, LONG);
    Participant early = participant("a", settings, false); // the same process, two steps behind
    Participant process = participant("a", settings, false);
    process.join(0);
    Ticket left = process.join(0);
    process.leave(left);
    var thrown = assertThrows(JedisDataException.class, () -> early.join(left));
    assertTrue(String.valueOf(thrown.getMessage()).contains("later step"), thrown.toString());
  }

  /** Shards 0 to 3 arrive in one bucket, and have two of their own then. */
  @Test
  void read_otherConcurrency_movesEverybodyInOrderOfArrival() {
    Participant process = participant("a", settings(LONG, LONG), true);
    List<Ticket> tickets =
        List.of(process.join(0), process.join(1), process.join(2), process.join(3));
    long reading = process.ask(tickets.getFirst()).reading();
    StepReply reply = process.read(reading, new SessionStartLimit(10, 10, LONG, 2));
    assertEquals(2, reply.concurrency());
    assertEquals(Kind.BEHIND, process.ask(tickets.get(2)).kind());
    assertEquals(Kind.BEHIND, process.ask(tickets.get(3)).kind());
    assertEquals(Kind.RELEASED, process.ask(tickets.get(0)).kind());
    assertEquals(Kind.RELEASED, process.ask(tickets.get(1)).kind());
    assertEquals(Kind.WAIT, process.ask(tickets.get(2)).kind());
  }

  @Test
  void read_fewerBuckets_takeOverTheLastReleaseOfEach() {
    Participant process = participant("a", settings(LONG, LONG), true);
    Ticket first = process.join(1);
    process.read(process.ask(first).reading(), new SessionStartLimit(10, 10, LONG, 2));
    assertEquals(Kind.RELEASED, process.ask(first).kind());
    Ticket even = process.join(0);
    forceReading();
    long reading = process.ask(even).reading();
    process.read(reading, new SessionStartLimit(10, 9, LONG, 1));
    assertEquals(Kind.WAIT, process.ask(even).kind());
  }

  private void forceReading() {
    setState("good_until", 0);
  }

  private void setState(String field, long value) {
    setState(field, Long.toString(value));
  }

  private void setState(String field, String value) {
    for (String key : client.keys("*:state")) {
      client.hset(key, field, value);
    }
  }

  /** As if the store had been wiped or failed over. */
  private void makeCold() {
    setState("run", "of another server");
  }

  @Test
  void read_oneProcessAtATime() {
    Settings settings = settings(LONG, LONG);
    Participant a = participant("a", settings, true);
    Participant b = participant("b", settings, true);
    Participant without = participant("c", settings, false);
    Ticket first = without.join(0);
    assertEquals(0, without.look().reading());
    long reading = a.look().reading();
    assertTrue(reading > 0, "though nobody asks here");
    assertEquals(0, b.look().reading());
    assertEquals(reading, a.look().reading());
    assertEquals(Kind.NO_LIMIT, without.ask(first).kind());
    a.read(reading, new SessionStartLimit(10, 10, LONG, 1));
    assertEquals(Kind.RELEASED, without.ask(first).kind());
  }

  /** A source that is told to wait for longer than a minute is not asked again in between. */
  @Test
  void read_forLongerThanAMinute_isStillTheReadersAndCounts() {
    Settings settings = settings(LONG, LONG);
    Participant a = participant("a", settings, true);
    Participant b = participant("b", settings, true);
    Participant without = participant("c", settings, false);
    Ticket first = without.join(0);
    long begun = a.look().reading() - 61_000_000;
    setState("reading", begun);
    setState("cold", begun);
    assertEquals(begun, a.look().reading());
    long another = b.look().reading();
    assertTrue(another > begun);
    assertEquals(0, a.look().reading());
    a.read(begun, null);
    assertEquals(another, b.look().reading(), "that one's failure does not end it");
    assertEquals(Kind.NO_LIMIT, without.ask(first).kind());
    assertEquals(9, remaining(a.read(begun, new SessionStartLimit(10, 9, LONG, 1))));
    assertEquals(Kind.RELEASED, without.ask(first).kind());
    assertEquals(6, remaining(b.read(another, new SessionStartLimit(10, 7, LONG, 1))));
    assertEquals(6, remaining(a.read(begun, new SessionStartLimit(10, 9, LONG, 1))), "overtaken");
  }

  @Test
  void read_askedBeforeTheStoreLostStarts_doesNotCount() {
    Participant process = participant("a", settings(LONG, LONG), true);
    Ticket first = process.join(0);
    long before = process.ask(first).reading();
    makeCold();
    long after = process.ask(first).reading();
    assertTrue(after > before);
    process.read(before, new SessionStartLimit(10, 9, LONG, 1));
    assertEquals(after, process.look().reading(), "still under way");
  }

  /** It would count once the clock is where it was when it was asked for. */
  @Test
  void read_askedBeforeTheClockWasSetBack_doesNotCount() {
    Participant process = participant("a", settings(LONG, LONG), true);
    Ticket first = process.join(0);
    long ahead = process.ask(first).reading() + 3_600_000_000L;
    setState("reading", ahead);
    makeCold();
    long after = process.ask(first).reading();
    assertTrue(after < ahead);
    assertEquals(5, remaining(process.read(after, new SessionStartLimit(10, 5, LONG, 1))));
    assertEquals(5, remaining(process.read(ahead, new SessionStartLimit(10, 9, LONG, 1))));
  }

  private static int remaining(StepReply reply) {
    return requireNonNull(reply.limit()).remaining();
  }

  @Test
  void ask_readerOfTheLimitIsDead_anotherReads() throws InterruptedException {
    Duration lease = Duration.ofSeconds(3);
    Participant dead = participant("dead", settings(Duration.ofMillis(1), lease), true);
    assertEquals(Kind.READ, dead.ask(dead.join(0)).kind());
    try (RedisQueue queue =
        RedisQueue.builder(redis.uri())
            .namespace(dead.namespace)
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
    Participant process = participant("a", settings(LONG, LONG), false);
    process.ask(process.join(0));
    Ticket second = process.join(0);
    long beginNanos = System.nanoTime();
    long answered = process.ask(second).nanos();
    long looked = Micros.toNanos(process.store.look().buckets().getFirst().get(2));
    long elapsedNanos = System.nanoTime() - beginNanos;
    assertTrue(looked <= answered && answered - looked <= elapsedNanos, answered + ", " + looked);
  }

  /** Or else, if that answer is lost, nobody would read before the reading has timed out. */
  @Test
  void ask_byWhoIsToRead_isToldAgain() {
    Participant process = participant("a", settings(LONG, LONG), true);
    Ticket ticket = process.join(0);
    Answer lost = process.ask(ticket);
    Answer again = process.ask(ticket);
    assertEquals(Kind.READ, again.kind());
    assertEquals(lost.reading(), again.reading());
    process.read(again.reading(), new SessionStartLimit(10, 10, LONG, 1));
    assertEquals(Kind.RELEASED, process.ask(ticket).kind());
  }

  @Test
  void ask_noStartsLeft_isExhaustedUntilTheReset() {
    Participant process = participant("a", settings(Duration.ofNanos(1), LONG), true);
    Ticket first = process.join(0);
    process.read(process.ask(first).reading(), new SessionStartLimit(10, 1, LONG, 1));
    assertEquals(Kind.RELEASED, process.ask(first).kind());
    Answer answer = process.ask(process.join(0));
    assertEquals(Kind.EXHAUSTED, answer.kind());
    assertTrue(answer.nanos() > LONG.dividedBy(2).toNanos());
  }
}
