package io.github.gatewayqueue.fakediscord;

import static io.github.gatewayqueue.fakediscord.Verdict.ACCEPTED;
import static io.github.gatewayqueue.fakediscord.Verdict.BAD_TOKEN;
import static io.github.gatewayqueue.fakediscord.Verdict.INVALIDATED;
import static io.github.gatewayqueue.fakediscord.Verdict.INVALID_SHARD;
import static io.github.gatewayqueue.fakediscord.Verdict.OVER_BUDGET;
import static io.github.gatewayqueue.fakediscord.Verdict.TOO_EARLY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionStartsTest {
  private static final long INTERVAL = 5_000;

  /** Shortly before the clock wraps around, as a nanoTime may. */
  private static final long START = Long.sum(Long.MAX_VALUE, -10);

  private static SessionStarts starts(int remaining, int maxConcurrency, boolean strictLimit) {
    FakeDiscord.Builder settings =
        FakeDiscord.builder()
            .token("token")
            .remaining(remaining)
            .resetAfter(Duration.ZERO)
            .maxConcurrency(maxConcurrency)
            .identifyInterval(Duration.ofNanos(INTERVAL))
            .strictLimit(strictLimit);
    return new SessionStarts(settings, START);
  }

  private static Verdict identify(SessionStarts starts, long sinceStart, long shardId) {
    return starts.identify(START + sinceStart, "token", shardId, 1000).verdict();
  }

  private static int remaining(SessionStarts starts) {
    return starts.limit(START).remaining();
  }

  @Test
  void identify_withinTheInterval_isTooEarly() {
    var starts = starts(1000, 1, false);
    assertEquals(ACCEPTED, identify(starts, 0, 0));
    assertEquals(TOO_EARLY, identify(starts, INTERVAL - 1, 1));
    assertEquals(ACCEPTED, identify(starts, INTERVAL, 1));
  }

  @Test
  void identify_afterOneThatWasTooEarly_isMeasuredFromTheAcceptedOne() {
    var starts = starts(1000, 1, false);
    identify(starts, 0, 0);
    identify(starts, INTERVAL - 1, 0);
    assertEquals(ACCEPTED, identify(starts, INTERVAL + 1, 0));
  }

  @Test
  void identify_otherBucket_isAccepted() {
    var starts = starts(1000, 16, false);
    for (long shard = 15; shard >= 0; shard--) {
      assertEquals(ACCEPTED, identify(starts, 0, shard));
    }
    assertEquals(TOO_EARLY, identify(starts, 1, 16));
  }

  @Test
  void identify_tooEarlyOrInvalid_isCharged() {
    var starts = starts(1000, 1, false);
    identify(starts, 0, 0);
    identify(starts, 0, 0);
    assertEquals(998, remaining(starts));
    assertEquals(INVALID_SHARD, identify(starts, 0, 1000));
    assertEquals(997, remaining(starts));
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "1, 1", "0, 0", "0, -1", "5, 4"})
  void identify_shardOutOfRange_isInvalidShard(long id, long total) {
    Identify identify = starts(1000, 1, false).identify(START, "token", id, total);
    assertEquals(INVALID_SHARD, identify.verdict());
    assertEquals(-1, identify.bucket());
    assertNull(identify.gap());
  }

  @Test
  void identify_invalidShard_startsNoInterval() {
    var starts = starts(1000, 1, false);
    identify(starts, 0, 1000);
    assertEquals(ACCEPTED, identify(starts, 1, 0));
  }

  @Test
  void identify_badToken_isNeitherChargedNorMeasured() {
    var starts = starts(1000, 1, false);
    assertEquals(BAD_TOKEN, starts.identify(START, "other", 0, 1).verdict());
    assertEquals(1000, remaining(starts));
    Identify next = starts.identify(START + 1, "token", 0, 1);
    assertEquals(ACCEPTED, next.verdict());
    assertNull(next.gap());
  }

  @Test
  void identify_lastStart_isAcceptedAndRemembered() {
    var starts = starts(1, 1, false);
    assertEquals(ACCEPTED, identify(starts, 0, 0));
    assertTrue(starts.isLimitHit());
    assertFalse(starts.isTokenReset());
  }

  @Test
  void identify_noStartLeft_resetsTheToken() {
    var starts = starts(1, 16, false);
    identify(starts, 0, 0);
    assertEquals(OVER_BUDGET, identify(starts, 0, 1));
    assertTrue(starts.isTokenReset());
    assertFalse(starts.isValid("token"));
    assertEquals(BAD_TOKEN, identify(starts, INTERVAL, 2));
    assertEquals(0, remaining(starts));
  }

  @Test
  void identify_lastStartUnderStrictLimit_resetsTheToken() {
    var starts = starts(2, 16, true);
    assertEquals(ACCEPTED, identify(starts, 0, 0));
    assertFalse(starts.isLimitHit());
    assertEquals(OVER_BUDGET, identify(starts, 0, 1));
    assertTrue(starts.isLimitHit());
    assertTrue(starts.isTokenReset());
  }

  @Test
  void identify_afterTheReset_isAccepted() {
    var starts = starts(0, 1, false);
    starts.resetAfter(START, Duration.ofNanos(100));
    assertEquals(ACCEPTED, identify(starts, 100, 0));
    assertEquals(999, remaining(starts));
  }

  @Test
  void token_afterAReset_isValid() {
    var starts = starts(0, 1, false);
    identify(starts, 0, 0);
    starts.token("new");
    assertTrue(starts.isValid("new"));
    assertFalse(starts.isValid("token"));
  }

  @Test
  void token_afterAWindow_staysReset() {
    var starts = starts(0, 1, false);
    starts.resetAfter(START, Duration.ofNanos(100));
    assertEquals(OVER_BUDGET, identify(starts, 99, 0));
    assertEquals(BAD_TOKEN, identify(starts, 100, 0));
  }

  @Test
  void startElsewhere_isChargedOnly() {
    var starts = starts(1000, 1, false);
    assertFalse(starts.startElsewhere(START, 10));
    assertEquals(ACCEPTED, identify(starts, 0, 0));
    assertEquals(989, remaining(starts));
    assertEquals(1, starts.identifies().size());
    assertFalse(starts.isLimitHit());
  }

  @ParameterizedTest
  @CsvSource({"5, 5, false", "6, 5, true", "2147483647, 5, true"})
  void startElsewhere_allThatIsLeft_isTheLimit_andMoreResetsTheToken(
      int used, int left, boolean reset) {
    var starts = starts(left, 1, false);
    assertEquals(reset, starts.startElsewhere(START, used));
    assertTrue(starts.isLimitHit());
    assertEquals(reset, starts.isTokenReset());
    assertFalse(starts.startElsewhere(START, reset ? 1 : 0)); // with a token that is none
  }

  @Test
  void startElsewhere_lastStartUnderStrictLimit_resetsTheToken() {
    var starts = starts(3, 1, true);
    assertFalse(starts.startElsewhere(START, 2));
    assertTrue(starts.startElsewhere(START, 1));
    assertEquals(1, remaining(starts));
  }

  @Test
  void startElsewhere_afterTheReset_isOfTheNewWindow() {
    var starts = starts(0, 1, false);
    starts.resetAfter(START, Duration.ofNanos(100));
    assertFalse(starts.startElsewhere(START + 100, 1));
    assertEquals(999, starts.remaining(START + 100));
  }

  @Test
  void countLag_limitIsBehind_theGatewayIsNot() {
    var starts = starts(2, 16, false);
    starts.countLag(Duration.ofNanos(100));
    identify(starts, 0, 0);
    starts.startElsewhere(START, 1);
    assertEquals(2, starts.limit(START + 99).remaining());
    assertEquals(0, starts.remaining(START + 99));
    assertEquals(OVER_BUDGET, identify(starts, 99, 1));
    assertEquals(0, starts.limit(START + 100).remaining());
  }

  @Test
  void invalidateIdentifies_counts_onlyThoseThatWouldBeAccepted() {
    var starts = starts(1000, 2, false);
    identify(starts, 0, 0);
    starts.invalidateIdentifies(1);
    assertEquals(TOO_EARLY, identify(starts, 1, 0));
    assertEquals(INVALIDATED, identify(starts, 1, 1));
    assertEquals(ACCEPTED, identify(starts, 2, 1));
    assertEquals(996, remaining(starts));
  }

  @Test
  void gap_isToThePreviousOfTheBucket_whateverItsVerdict() {
    var starts = starts(1000, 2, false);
    identify(starts, 0, 0);
    identify(starts, 10, 1);
    identify(starts, 25, 2);
    identify(starts, 26, 4);
    assertEquals(
        List.of("0 null", "1 null", "0 25", "0 1"),
        starts.identifies().stream().map(SessionStartsTest::bucketAndGap).toList());
  }

  private static String bucketAndGap(Identify identify) {
    Duration gap = identify.gap();
    return identify.bucket() + " " + (gap == null ? null : gap.toNanos());
  }

  @Test
  void maxConcurrency_fewer_holdsABucketToAllThatItTakesIn() {
    var starts = starts(1000, 2, false);
    identify(starts, 0, 0);
    identify(starts, 1000, 1);
    starts.maxConcurrency(1);
    assertEquals(TOO_EARLY, identify(starts, 1000 + INTERVAL - 1, 0));
    Identify next = starts.identify(START + 1000 + INTERVAL, "token", 0, 2);
    assertEquals(ACCEPTED, next.verdict());
    assertEquals(1, Objects.requireNonNull(next.gap()).toNanos());
  }

  @Test
  void maxConcurrency_more_holdsAShardToWhatItsNewBucketDid() {
    var starts = starts(1000, 1, false);
    identify(starts, 0, 3);
    starts.maxConcurrency(2);
    assertEquals(ACCEPTED, identify(starts, 1, 0));
    assertEquals(TOO_EARLY, identify(starts, 1, 1));
  }

  @Test
  void identifies_areInOrderWithTimeAndShard() {
    var starts = starts(1000, 16, false);
    identify(starts, 0, 40);
    identify(starts, 7, 3);
    Identify second = starts.identifies().get(1);
    assertEquals(START + 7, second.nanoTime());
    assertEquals(Duration.ofNanos(7), second.sinceStart());
    assertEquals(3, second.shardId());
    assertEquals(1000, second.shardTotal());
    assertEquals(40, starts.identifies().get(0).shardId());
    assertThrows(UnsupportedOperationException.class, () -> starts.identifies().clear());
  }

  @Test
  void toString_identify_isOneLine() {
    var starts = starts(1000, 1, false);
    identify(starts, 0, 0);
    Identify second = starts.identify(START + 6_001_000_000L, "token", 1, 2);
    assertEquals("   6.001 s  shard 1 of 2, bucket 0, gap 6.001 s: accepted", second.toString());
  }
}
