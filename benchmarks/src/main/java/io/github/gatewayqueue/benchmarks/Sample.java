package io.github.gatewayqueue.benchmarks;

import java.util.Arrays;

/** Values in the order in which they were measured, and their statistics. */
final class Sample {
  private final double[] values;
  private final double[] sorted;

  Sample(double... values) {
    this.values = values.clone();
    sorted = values.clone();
    Arrays.sort(sorted);
  }

  boolean isEmpty() {
    return values.length == 0;
  }

  int size() {
    return values.length;
  }

  double[] values() {
    return values.clone();
  }

  /**
   * Returns the smallest value that at least this share of all values does not exceed; not a number
   * if there are none.
   *
   * @param share from 0 to 1
   */
  double quantile(double share) {
    if (isEmpty()) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }

  /** Returns the median; of an even number of values, the mean of the two in the middle. */
  double median() {
    int half = sorted.length / 2;
    return isEmpty() || sorted.length % 2 == 1
        ? quantile(0.5)
        : (sorted[half - 1] + sorted[half]) / 2;
  }

  double min() {
    return quantile(0);
  }

  double max() {
    return quantile(1);
  }

  double sum() {
    return Arrays.stream(values).sum();
  }

  /**
   * Divides each value by the one of the other sample that was measured beside it.
   *
   * @throws IllegalArgumentException if there are not as many
   */
  Sample over(Sample other) {
    if (size() != other.size()) {
      throw new IllegalArgumentException(
          size() + " values, and " + other.size() + " to divide them by");
    }
    double[] ratios = new double[values.length];
    Arrays.setAll(ratios, i -> values[i] / other.values[i]);
    return new Sample(ratios);
  }
}
