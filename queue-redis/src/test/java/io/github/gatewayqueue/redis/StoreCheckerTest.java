package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is judged of a short history, that of a server that stands still in a step among them. */
class StoreCheckerTest {
  private static final RunSettings SETTINGS =
      new RunSettings(Duration.ofMillis(200), Duration.ofMillis(900), false);
  private static final String LINE = "{n}:line:0";

  private final List<StoreHistory.Entry> history =
      new ArrayList<>(List.of(new StoreHistory.Entry(0, "", List.of("BEGIN"))));
  private int sequence;

  /** A server that is quiet no longer, and that knows of a ticket. */
  StoreCheckerTest() {
    step(0, "z");
    call(0, "HSET", "{n}:state", "seen", "0", "run", "1", "cold", "0", "quiet", "560000");
    step(1, "z");
    begin("ZADD", LINE, "7", "a.1:0");
  }

  private void begin(String... words) {
    history.add(new StoreHistory.Entry(0, StoreHistory.Entry.BEGINNING, List.of(words)));
  }

  /** A step of a process that tells, asks and wants nothing but what is given. */
  private void step(long millis, String process, String... words) {
    sequence++;
    step(millis, process, sequence, List.of(words));
  }

  private void step(long millis, String process, int number, List<String> told) {
    List<String> words = new ArrayList<>(List.of("EVALSHA", "sha", "0", "news", process));
    words.addAll(List.of(String.valueOf(number), "0"));
    words.addAll(List.of("200000", "560000", "900000", "1000000", "600000000", "1", "0", "0"));
    words.addAll(told.isEmpty() ? List.of("0", "0", "0") : told);
    words.addAll(List.of("0", "0", "0", "0", "0", "0", "0"));
    history.add(new StoreHistory.Entry(nanos(millis), "127.0.0.1:1", words));
  }

  private void call(long millis, String... words) {
    history.add(new StoreHistory.Entry(nanos(millis), "lua", List.of(words)));
  }

  /** The step is over; without that, it was refused. */
  private void done(long millis) {
    call(millis, "HSET", "{n}:state", "seen", String.valueOf(millis * 1000));
  }

  private void release(long millis, String ticket) {
    call(millis, "ZREM", LINE, ticket + ":0");
    call(millis, "HSET", "{n}:holds", "0", millis * 1000 + ":200000:7:" + ticket + ":0");
  }

  private void use(long millis, long usedMillis, String ticket) {
    call(millis, "HSET", "{n}:uses", "0", usedMillis * 1000 + ":200000");
    call(millis, "ZADD", "{n}:starts", String.valueOf(millis * 1000), ticket);
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private void assertViolations(int count) {
    List<String> violations = new StoreChecker(SETTINGS).check(history);
    assertEquals(count, violations.size(), violations.toString());
  }

  /** The lease is renewed at 100 ms, as far as its script knows, and over at 1,000 ms. */
  @ParameterizedTest
  @CsvSource({
    "600, 1001, 0", // the server stood still meanwhile
    "100, 995, 1"
  })
  void placeOfAProcess_isRightToTakeOnceItsLeaseHasEnded(long renewed, long taken, int violations) {
    step(100, "a");
    call(renewed, "ZADD", "{n}:leases", "1000000", "a");
    step(taken, "b");
    call(taken, "ZREM", LINE, "a.1:0");
    assertViolations(violations);
  }

  /** A whole step: the process's only ticket is released. */
  private void releaseStep(long millis, String process) {
    step(millis, process);
    release(millis, process + ".1");
    done(millis);
  }

  /**
   * It is released to the first process at 1,000 ms, which says at 1,080 that it was used at 1,050.
   */
  private void releaseAndUse(long usedMillis) {
    releaseStep(1000, "a");
    step(1080, "a", "1", "a.1", "0", "30000", "0", "0");
    call(1080, "HDEL", "{n}:holds", "0");
    use(1080, usedMillis, "a.1");
    done(1080);
  }

  @ParameterizedTest
  @CsvSource({"1250, 0", "1249, 1"})
  void release_afterTheLastUse_isRightAnIntervalLater(long millis, int violations) {
    releaseAndUse(1050);
    begin("ZADD", LINE, "8", "b.1:0");
    releaseStep(millis, "b");
    assertViolations(violations);
  }

  @Test
  void use_thatCountsFromAnotherMomentThanItsProcessHasSaid_isWrong() {
    releaseAndUse(1080);
    assertViolations(1);
  }

  @Test
  void release_whileAnotherOneIsHeld_isWrong() {
    releaseStep(1000, "a");
    begin("ZADD", LINE, "8", "b.1:0");
    releaseStep(1500, "b");
    assertViolations(1);
  }

  @Test
  void release_pastSomebodyWhoArrivedBefore_isWrong() {
    begin("ZADD", LINE, "6", "b.1:0");
    releaseStep(1000, "a");
    assertViolations(1);
  }

  @Test
  void release_whileTheStoreIsToBeQuiet_isWrong() {
    begin("HSET", "{n}:state", "cold", "500000");
    releaseStep(1000, "a");
    assertViolations(1);
  }

  /** The lease is over at 1,900 ms. */
  private void releaseStepWithLease() {
    step(1000, "a");
    call(1000, "ZADD", "{n}:leases", "1900000", "a");
    release(1000, "a.1");
    done(1000);
  }

  @Test
  void hold_ofALiveProcess_isNotToBeEnded() {
    releaseStepWithLease();
    step(1500, "b");
    call(1500, "HDEL", "{n}:holds", "0");
    use(1500, 1500, "a.1");
    done(1500);
    assertViolations(1);
  }

  @Test
  void hold_thatIsLostWithItsLease_isUsedJustThen() {
    releaseStepWithLease();
    step(1901, "b");
    call(1901, "HDEL", "{n}:holds", "0");
    done(1901);
    assertViolations(1);
  }

  @Test
  void start_thatWasGivenBack_isNotToBeCharged() {
    releaseStep(1000, "a");
    step(1080, "a", "0", "1", "a.1", "0", "0");
    call(1080, "HDEL", "{n}:holds", "0");
    call(1080, "ZADD", "{n}:starts", "1080000", "a.1");
    done(1080);
    assertViolations(2); // and it is charged, but was not used
  }

  @Test
  void step_afterALaterOne_isToBeRefused() {
    step(1000, "a", 7, List.of());
    done(1000);
    step(1001, "a", 6, List.of());
    assertViolations(0);
    done(1001);
    assertViolations(1);
  }

  @Test
  void release_beyondTheBudget_isWrong() {
    begin("HSET", "{n}:state", "limited", "1", "total", "10", "remaining", "2", "old", "1");
    releaseStep(1000, "a");
    assertViolations(1);
  }

  @Test
  void step_ofAnotherServerThatIsNotCold_isWrong() {
    history.add(new StoreHistory.Entry(nanos(1000), "", List.of("BEGIN")));
    step(1000, "a");
    done(1000);
    assertViolations(1);
  }

  @Test
  void step_thatIsColdInItsMiddle_isWrong() {
    step(1000, "a");
    call(1000, "ZADD", "{n}:leases", "1900000", "a");
    begunCold(1000);
    assertViolations(1);
  }

  @Test
  void step_thatIsColdAtItsBeginning_isRight() {
    step(1000, "a");
    begunCold(1000);
    assertViolations(0);
  }

  private void begunCold(long millis) {
    call(millis, "HDEL", "{n}:state", "run");
    call(millis, "ZADD", "{n}:leases", String.valueOf(millis * 1000 + 900_000), "a");
    String now = String.valueOf(millis * 1000);
    String quiet = String.valueOf(millis * 1000 + 560_000);
    call(millis, "HSET", "{n}:state", "run", "1", "seen", now, "cold", now, "quiet", quiet);
  }

  @Test
  void step_thatIsColdButNotQuiet_isWrong() {
    step(1000, "a");
    call(1000, "HSET", "{n}:state", "seen", "1000000", "run", "2", "cold", "1000000");
    assertViolations(1);
  }
}
