package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is judged of what two processes tell: the interval is 600 ms, and 0.4 leases are 360 ms. */
class HistoryCheckerTest {
  private static final RunSettings SETTINGS =
      new RunSettings(Duration.ofMillis(600), Duration.ofMillis(900), false);

  private final List<Bot.Told> first = new ArrayList<>();
  private final List<Bot.Told> second = new ArrayList<>();
  private final StoreHistory history = new StoreHistory();
  private final HistoryChecker checker = new HistoryChecker(SETTINGS);

  private static void tell(List<Bot.Told> process, String what, long millis, String... details) {
    process.add(new Bot.Told(what, nanos(millis), List.of(details)));
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private static void acquire(List<Bot.Told> process, long millis, String ticket) {
    tell(process, "asks", 0, "1", "0");
    tell(process, "acquired", millis, "1", ticket, "0");
  }

  private static void identify(List<Bot.Told> process, long checkedMillis, long millis) {
    tell(process, "identified", millis, "1", String.valueOf(nanos(checkedMillis)));
  }

  private void assertViolations(int count) throws InterruptedException {
    List<String> violations = checker.check(List.of(first, second), history, null, List.of());
    assertEquals(count, violations.size(), violations.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "1700, 0", // an interval after it
    "1699, 1", "1050, 1", // before it
  })
  void release_afterIdentify_isRightAnIntervalLater(long millis, int violations)
      throws InterruptedException {
    acquire(first, 1000, "a.1");
    identify(first, 1100, 1100);
    acquire(second, millis, "b.1");
    assertViolations(violations);
    assertEquals(0, checker.excused());
  }

  @ParameterizedTest
  @CsvSource({"1650, 0", "1649, 1"})
  void release_afterTheAnswer_isRightFiveSixthsOfAnIntervalLater(long millis, int violations)
      throws InterruptedException {
    acquire(first, 1000, "a.1");
    identify(first, 1100, 1100);
    tell(first, "answered", 1150, "1");
    acquire(second, millis, "b.1");
    assertViolations(violations);
  }

  @Test
  void release_afterACancelledStart_mayComeAtOnce() throws InterruptedException {
    acquire(first, 1000, "a.1");
    tell(first, "cancelled", 1001, "1");
    acquire(second, 1002, "b.1");
    assertViolations(0);
  }

  @ParameterizedTest
  @CsvSource({"1700, 0, 1", "1699, 1, 0"})
  void identify_afterItsProcessStoodStill_isExcusedForAsLong(
      long millis, int violations, int excused) throws InterruptedException {
    acquire(first, 1000, "a.1");
    identify(first, 1100, 1200);
    acquire(second, millis, "b.1");
    assertViolations(violations);
    assertEquals(excused, checker.excused());
  }

  private void loseHold(long millis) {
    history.add(new StoreHistory.Entry(nanos(0), "", List.of("BEGIN")));
    history.add(
        new StoreHistory.Entry(
            nanos(1000), "lua", List.of("HSET", "{n}:holds", "0", "1000000:600000:7:a.1:0")));
    history.add(new StoreHistory.Entry(nanos(millis), "lua", List.of("UNLINK", "{n}:holds")));
  }

  @ParameterizedTest
  @CsvSource({"1460, 0", "1462, 1"})
  void identify_afterTheHoldWasLost_isRightSoonOnly(long millis, int violations)
      throws InterruptedException {
    loseHold(1100);
    acquire(first, 1050, "a.1");
    identify(first, millis, millis);
    assertViolations(violations);
  }

  @Test
  void ticket_thatIsAcquiredTwice_isWrong() throws InterruptedException {
    acquire(first, 1000, "a.1");
    acquire(second, 2000, "a.1");
    assertViolations(1);
  }
}
