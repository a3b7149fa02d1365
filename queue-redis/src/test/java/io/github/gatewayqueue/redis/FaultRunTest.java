package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.redis.FaultRun.Fault;
import io.github.gatewayqueue.testsupport.Thorough;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes of a bot under faults that a seed has chosen. {@code -Dfaults.runs} has more of them,
 * {@code -Dfaults.seed} has them begin with another seed than 1, {@code -Dfaults.lanes} has more at
 * once; {@code -Dfaults=long} has a run at true scale, too.
 */
@DisabledOnOs(
    value = OS.WINDOWS,
    disabledReason = "processes stand still by a signal that Windows does not have")
@Timeout(value = 2, unit = java.util.concurrent.TimeUnit.HOURS)
class FaultRunTest {
  private static final RunSettings TRUE_SCALE =
      new RunSettings(Duration.ofSeconds(6), Duration.ofSeconds(15), Duration.ofSeconds(1), false);
  private static final int FAULTS = 6;
  private static final Duration DRAIN = Duration.ofSeconds(60);
  private static final Duration LONG_DRAIN = Duration.ofMinutes(30);

  @TempDir Path directory;

  @Test
  void faults_ofOneSeed_leaveNoViolation() throws Exception {
    try (FaultLane lane = new FaultLane(directory.resolve("lane"), Store.STEP.text())) {
      assertEquals(List.of(), run(lane, Long.getLong("faults.seed", 1)));
    }
  }

  @Test
  @Thorough("each seed takes several seconds; the first one is run on every build")
  void faults_ofEverySeed_leaveNoViolation() throws Exception {
    long first = Long.getLong("faults.seed", 2); // the default tier has run 1
    AtomicLong next = new AtomicLong(first);
    long end = first + Integer.getInteger("faults.runs", 3);
    List<String> violations = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService lanes = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < Integer.getInteger("faults.lanes", 2); i++) {
        Path own = directory.resolve("lane-" + i);
        all.add(
            lanes.submit(() -> {
              try (FaultLane lane = new FaultLane(own, Store.STEP.text())) {
                for (long seed = next.getAndIncrement();
                    seed < end;
                    seed = next.getAndIncrement()) {
                  violations.addAll(run(lane, seed));
                }
              }
              return null;
            }));
      }
      for (Future<?> lane : all) {
        lane.get();
      }
    }
    assertEquals(List.of(), violations);
  }

  @Test
  @Thorough("it takes a quarter of an hour; the same at a smaller scale is run on every build")
  @EnabledIfSystemProperty(
      named = "faults",
      matches = "long",
      disabledReason = "it takes a quarter of an hour")
  void faults_atTrueScale_leaveNoViolation() throws Exception {
    try (FaultLane lane = new FaultLane(directory.resolve("lane"), Store.STEP.text())) {
      assertEquals(List.of(), run(lane, Long.getLong("faults.seed", 1), TRUE_SCALE, LONG_DRAIN));
    }
  }

  private static List<String> run(FaultLane lane, long seed) throws Exception {
    return run(lane, seed, RunSettings.SCALED_DOWN, DRAIN);
  }

  private static List<String> run(FaultLane lane, long seed, RunSettings settings, Duration drain)
      throws Exception {
    var run = new FaultRun(lane, seed, settings, FAULTS, EnumSet.allOf(Fault.class), drain);
    List<String> violations = run.run();
    String verdict =
        violations.isEmpty() ? "held" : violations.size() + ": " + violations.getFirst();
    System.out.println(run + ": " + verdict);
    return violations.stream().map(violation -> run + ": " + violation).toList();
  }
}
