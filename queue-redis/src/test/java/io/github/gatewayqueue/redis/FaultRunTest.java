package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.redis.FaultRun.Fault;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes of a bot under faults that a seed has chosen. {@code -Dfaults.runs} has more of them in
 * the thorough tier, {@code -Dfaults.seed} has them begin with another seed than 1, {@code
 * -Dfaults.lanes} has more at once; {@code -Dfaults=long} has a run at true scale, too.
 */
@DisabledOnOs(
    value = OS.WINDOWS,
    disabledReason = "processes stand still by a signal that Windows does not have")
@Timeout(value = 2, unit = java.util.concurrent.TimeUnit.HOURS)
class FaultRunTest {
  private static final RunSettings TRUE_SCALE =
      new RunSettings(Duration.ofSeconds(6), Duration.ofSeconds(15), false);
  private static final int FAULTS = 6;

  /** Kills, freezes and cuts off one that holds a start, and freezes one again and again. */
  private static final long DEFAULT_SEED = 8775;

  private static final Duration LONG_DRAIN = Duration.ofMinutes(30);

  @TempDir Path directory;

  @BeforeAll
  static void assumeSignals() throws InterruptedException {
    Bot.assumeSignals();
  }

  @Test
  void faults_whileStartsAreHeldAmongThem_leaveNoViolation() throws Exception {
    try (FaultLane lane = new FaultLane(directory.resolve("lane"), Store.STEP.text())) {
      FaultRun run = scaledDown(lane, DEFAULT_SEED);
      assertEquals(List.of(), judge(run));
      Set<Fault> expected =
          EnumSet.of(
              Fault.BOT_KILLED_HOLDING,
              Fault.BOT_FROZEN_HOLDING,
              Fault.BOT_CUT_OFF_HOLDING,
              Fault.FROZEN_AGAIN_AND_AGAIN);
      assertTrue(run.inflicted().containsAll(expected), run.toString());
    }
  }

  @Test
  @Thorough("each seed takes several seconds; another one is run on every build")
  void faults_ofEverySeed_leaveNoViolation() throws Exception {
    long first = Long.getLong("faults.seed", 1);
    AtomicLong next = new AtomicLong(first);
    long end = first + Integer.getInteger("faults.runs", 4);
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
                  violations.addAll(judge(scaledDown(lane, seed)));
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
      long seed = Long.getLong("faults.seed", 1);
      assertEquals(List.of(), judge(run(lane, seed, TRUE_SCALE, LONG_DRAIN)));
    }
  }

  private static FaultRun scaledDown(FaultLane lane, long seed) throws IOException {
    return run(lane, seed, RunSettings.SCALED_DOWN, Await.HANG);
  }

  private static FaultRun run(FaultLane lane, long seed, RunSettings settings, Duration drain)
      throws IOException {
    return new FaultRun(lane, seed, settings, FAULTS, EnumSet.allOf(Fault.class), drain);
  }

  private static List<String> judge(FaultRun run) throws Exception {
    List<String> violations = run.run();
    String verdict =
        violations.isEmpty() ? "held" : violations.size() + ": " + violations.getFirst();
    System.out.println(run + ": " + verdict);
    return violations.stream().map(violation -> run + ": " + violation).toList();
  }
}
