package io.github.gatewayqueue.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class StormTest {
  @Test
  void of_frontAndBack_goThroughTheLine() {
    assertArrayEquals(new int[] {0, 1, 2}, Storm.Order.FRONT.of(3));
    assertArrayEquals(new int[] {2, 1, 0}, Storm.Order.BACK.of(3));
  }

  @Test
  void of_random_hasEverybodyOnceAndInDisorder() {
    int[] numbers = Storm.Order.RANDOM.of(1_000);
    int[] inOrder = Storm.Order.FRONT.of(1_000);

    assertFalse(Arrays.equals(inOrder, numbers));
    Arrays.sort(numbers);
    assertArrayEquals(inOrder, numbers);
  }
}
