package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScoreTest {

  private static Identify identify(int bucket, Verdict verdict, @Nullable Duration gap) {
    return new Identify(0, Duration.ZERO, bucket, 100, bucket, verdict, gap);
  }

  private static Score score(List<Identify> identifies, boolean limitHit, boolean tokenReset) {
    return new Score(
        Score.verdictsOf(identifies),
        Score.smallestGapsOf(identifies),
        1000,
        968,
        limitHit,
        tokenReset,
        3,
        4);
  }

  @Test
  void toString_everythingInOrder_isAShortReport() {
    var score =
        score(
            List.of(
                identify(0, Verdict.ACCEPTED, null),
                identify(2, Verdict.ACCEPTED, null),
                identify(2, Verdict.ACCEPTED, Duration.ofMillis(7001)),
                identify(0, Verdict.ACCEPTED, Duration.ofMillis(6001)),
                identify(0, Verdict.INVALIDATED, Duration.ofMillis(6002))),
            false,
            false);
    assertEquals(
        """
        5 identifies, 4 accepted, 0 invalid
          too early: 0, over budget: 0, bad token: 0, invalid shard: 0, invalidated on purpose: 1
          budget: 968 of 1000 session starts left
          resumes: 3, limit asked for: 4 times
          smallest gaps: bucket 0 6.001 s, bucket 2 7.001 s\
        """,
        score.toString());
    assertTrue(score.isClean());
  }

  @Test
  void violations_areAllButAcceptedAndInvalidated() {
    List<Identify> identifies = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      identifies.add(identify(0, verdict, null));
    }
    var score = score(identifies, false, false);
    assertEquals(4, score.violations());
    assertEquals(6, score.identifies());
    assertEquals(1, score.count(Verdict.OVER_BUDGET));
    assertFalse(score.isClean());
  }

  @Test
  void isClean_lastStartUsed_isFalse() {
    var score = score(List.of(), true, false);
    assertFalse(score.isClean());
    assertTrue(score.toString().contains("LIMIT HIT"), score.toString());
  }

  @Test
  void toString_tokenReset_saysSoOnTop() {
    String secondLine = score(List.of(), true, true).toString().lines().toList().get(1);
    assertTrue(secondLine.contains("TOKEN RESET"), secondLine);
  }

  @Test
  void toString_manyBuckets_showsTheSmallestGaps() {
    List<Identify> identifies = new ArrayList<>();
    for (int bucket = 0; bucket < 64; bucket++) {
      identifies.add(identify(bucket, Verdict.ACCEPTED, Duration.ofMillis(6000 - bucket)));
    }
    String report = score(identifies, false, false).toString();
    assertTrue(report.contains("gaps: bucket 48 5.952 s, bucket 49 5.951 s"), report);
    assertTrue(report.endsWith("bucket 63 5.937 s, and 48 buckets with larger ones"), report);
  }

  @Test
  void constructor_maps_areCopied() {
    var score = score(List.of(), false, false);
    assertThrows(UnsupportedOperationException.class, () -> score.verdicts().clear());
    assertThrows(
        UnsupportedOperationException.class,
        () -> score.smallestGaps().putAll(Map.of(1, Duration.ZERO)));
  }
}
