package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is judged when a server stands still in the middle of a step. */
class StoreCheckerTest {
  private static final RunSettings SETTINGS =
      new RunSettings(Duration.ofMillis(200), Duration.ofMillis(900), Duration.ofMillis(60), false);
  private static final String PLACE = "00000:0000000000000007:a.1:0";

  private final List<StoreHistory.Entry> history =
      new ArrayList<>(List.of(new StoreHistory.Entry(0, "", List.of("BEGIN", "1", PLACE))));

  private void step(long millis, String process) {
    List<String> words = new ArrayList<>(List.of("EVALSHA", "sha", "0", "1", "news", process, "1"));
    words.addAll(List.of("0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0"));
    history.add(new StoreHistory.Entry(nanos(millis), "127.0.0.1:1", words));
  }

  private void call(long millis, String... words) {
    history.add(new StoreHistory.Entry(nanos(millis), "lua", List.of(words)));
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private List<String> violations() {
    return new StoreChecker(SETTINGS).check(history);
  }

  /** It was renewed at 100 ms, as far as its script knows, and over at 1,000 ms. */
  @Test
  void placeOfAnEndedLease_serverStoodStillWhileItWasRenewed_mayBeTaken() {
    step(100, "a");
    call(600, "ZADD", "{n}:leases", "1000000", "a");
    step(1001, "b");
    call(1001, "ZREM", "{n}:line", PLACE);
    assertEquals(List.of(), violations());
  }

  @Test
  void placeOfALiveProcess_isNotToBeTaken() {
    step(100, "a");
    call(100, "ZADD", "{n}:leases", "1000000", "a");
    step(995, "b");
    call(995, "ZREM", "{n}:line", PLACE);
    assertEquals(1, violations().size());
  }

  /** At 300 ms it was 60 ms old, whenever the server told of that. */
  @Test
  void leastAge_serverStoodStillWhileItAnswered_countsFromWhenTheStepCame() {
    step(240, "a");
    call(240, "ZREM", "{n}:line", PLACE);
    call(240, "ZADD", "{n}:starts", "240000", "a.1");
    step(300, "a");
    call(800, "ZSCORE", "{n}:starts", "a.1");
    StoreChecker checker = new StoreChecker(SETTINGS);
    assertEquals(List.of(), checker.check(history));
    var release = checker.release("a.1", 240_000);
    assertEquals(nanos(60), release == null ? -1 : checker.leastAgeNanos(release));
  }
}
