package io.github.gatewayqueue.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ResultsTest {
  private final Results results = new Results();

  private void print(java.util.function.Consumer<Figures> measure) {
    var bytes = new ByteArrayOutputStream();
    measure.accept(new Figures(new PrintStream(bytes, true, StandardCharsets.UTF_8)));
    bytes.toString(StandardCharsets.UTF_8).lines().forEach(results::accept);
  }

  @Test
  void accept_whatFiguresPrint_joinsTheValuesInOrder() {
    print(figures -> {
      figures.add(Subject.LOCAL, "rate", 2.5, Double.POSITIVE_INFINITY);
      figures.add(Subject.LARGE, "rate", 7);
      figures.add(Subject.LOCAL, "rate", -1);
    });

    assertArrayEquals(
        new double[] {2.5, Double.POSITIVE_INFINITY, -1},
        results.of(Subject.LOCAL, "rate").values());
    assertArrayEquals(new double[] {7}, results.of(Subject.LARGE, "rate").values());
    assertTrue(results.of(Subject.LARGE, "other").isEmpty());
  }

  @Test
  void accept_note_keepsItsBlanks() {
    print(figures -> figures.note(Subject.JDA, "names", "16 × `worker n`"));

    assertEquals(Set.of("16 × `worker n`"), results.notes(Subject.JDA, "names"));
  }

  @Test
  void accept_otherOutput_isIgnored() {
    assertFalse(results.accept("a warning of the JVM's"));
    assertFalse(results.accept(""));
    assertTrue(results.isEmpty());
  }
}
