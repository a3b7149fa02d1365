package io.github.gatewayqueue.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SampleTest {
  @Test
  void quantile_hundredValuesInDisorder_isTheOneOfThatRank() {
    Sample sample = new Sample(IntStream.rangeClosed(1, 100).mapToDouble(i -> 101 - i).toArray());

    assertEquals(50, sample.quantile(0.5));
    assertEquals(99, sample.quantile(0.99));
    assertEquals(1, sample.min());
    assertEquals(100, sample.max());
  }

  @Test
  void median_evenNumber_isTheMeanOfTheMiddleTwo() {
    assertEquals(2.5, new Sample(9, 1, 2, 3).median());
    assertEquals(3, new Sample(9, 1, 3).median());
  }

  @Test
  void median_noValues_isNotANumber() {
    assertTrue(Double.isNaN(new Sample().median()));
  }

  @Test
  void over_asManyValues_dividesPairByPair() {
    assertArrayEquals(new double[] {2, 0.5}, new Sample(8, 1).over(new Sample(4, 2)).values());
  }

  @Test
  void over_fewerValues_throws() {
    Sample two = new Sample(1, 2);
    assertThrows(IllegalArgumentException.class, () -> new Sample(1).over(two));
  }
}
