package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.redis.FaultRun.Fault;
import io.github.gatewayqueue.testsupport.Thorough;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That the checker finds what it is for: each of these breaks the script in one place, and has to
 * be found within some seeds. They are run with {@code -Dfaults=long} only.
 */
@Timeout(value = 1, unit = java.util.concurrent.TimeUnit.HOURS)
class MutationTest {
  private static final int FAULTS = 5;
  private static final int SEEDS = 8;
  private static final Duration DRAIN = Duration.ofSeconds(20);

  @TempDir Path directory;

  /** What is broken, and the faults that show it. */
  record Mutation(String name, String right, String wrong, Set<Fault> faults) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Mutation> mutations() {
    return List.of(
        new Mutation(
            "dead heads stay",
            "if not head or redis.call('ZSCORE', LEASES, parse(head).process) then",
            "do",
            EnumSet.of(Fault.BOT_KILLED)),
        new Mutation(
            "age is not told",
            "{ RELEASED, now - released,",
            "{ RELEASED, 0,",
            EnumSet.of(Fault.ANSWERS_LOST)),
        new Mutation(
            "charged on joining",
            "  add(bucket_of(shard), arrival, ticket, shard)\n",
            """
              add(bucket_of(shard), arrival, ticket, shard)
              redis.call('ZADD', STARTS, digits(now), ticket)
            """,
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "what is void is not refunded",
            "    give_back(ticket)\n    join(",
            "    join(",
            EnumSet.of(Fault.DELAYED)),
        new Mutation(
            "leases are too short",
            "redis.call('ZADD', LEASES, digits(now + lease), process)",
            "redis.call('ZADD', LEASES, digits(now + lease * 0.4), process)",
            EnumSet.of(Fault.BOT_FROZEN)),
        new Mutation(
            "budget is not kept",
            "value('remaining') - redis.call('ZCARD', STARTS) - held_back",
            "value('remaining') - held_back",
            EnumSet.of(Fault.BUCKETS_CHANGED)),
        new Mutation(
            "places are new after a wipe",
            "  if arrival == '0' then\n    set('arrivals'",
            "  if true then\n    set('arrivals'",
            EnumSet.of(Fault.SERVER_WIPED)),
        new Mutation(
            "places are new after a failover",
            "  if arrival == '0' then\n    set('arrivals'",
            "  if true then\n    set('arrivals'",
            EnumSet.of(Fault.FAILED_OVER)),
        new Mutation(
            "strays stay",
            "  if member then\n    leave(ticket)",
            "  if false then\n    leave(ticket)",
            EnumSet.of(Fault.FAILED_OVER)));
  }

  @Test
  void mutations_haveTheirPlaceInTheScript() {
    for (Mutation mutation : mutations()) {
      String script = Store.STEP.text();
      int place = script.indexOf(mutation.right);
      assertTrue(place >= 0 && place == script.lastIndexOf(mutation.right), mutation.name);
    }
  }

  @Thorough("it takes minutes, and is run by -Dfaults=long alone")
  @ParameterizedTest
  @MethodSource("mutations")
  @EnabledIfSystemProperty(named = "faults", matches = "long", disabledReason = "it takes minutes")
  void mutation_withinSomeSeeds_isFound(Mutation mutation) throws Exception {
    List<String> violations = new ArrayList<>();
    String script = Store.STEP.text().replace(mutation.right, mutation.wrong);
    try (FaultLane lane = new FaultLane(directory, script)) {
      for (long seed = 1; seed <= SEEDS && violations.isEmpty(); seed++) {
        violations.addAll(
            new FaultRun(lane, seed, RunSettings.SCALED_DOWN, FAULTS, mutation.faults, DRAIN)
                .run());
      }
    }
    assertFalse(violations.isEmpty(), "not found");
    System.out.println(mutation + ": " + violations.getFirst());
  }
}
