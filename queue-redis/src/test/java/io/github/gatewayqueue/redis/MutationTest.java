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
 * That the checker finds what it is for: each of these breaks the script in one place, and must be
 * found within some seeds. What hardly ever happens is left to {@link StoreTest}: strays, tickets
 * that join while they are held, and a hold that is lost before it times out although its process
 * has a lease. The mutations run with {@code -Dfaults=long} only.
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
            "a dead head stays",
            "if not head or lease_left(owner_of(head)) then",
            "do",
            EnumSet.of(Fault.BOT_KILLED)),
        new Mutation(
            "a dead process's hold stays",
            "if member and not lease_left(owner_of(member)) then",
            "if false then",
            EnumSet.of(Fault.BOT_KILLED_HOLDING)),
        new Mutation(
            "a lost hold is taken for unused",
            "use(bucket, member, now, spacing, 0)\n  end\nend\n\nlocal changed_heads",
            "tell(bucket, 0)\n  end\nend\n\nlocal changed_heads",
            EnumSet.of(Fault.BOT_KILLED_HOLDING)),
        new Mutation(
            "what is unused stays charged",
            "  redis.call('HDEL', HOLDS, bucket)\n  tell(bucket, 0)\n  if is_limited",
            """
            redis.call('HDEL', HOLDS, bucket)
            tell(bucket, 0)
            redis.call('ZADD', STARTS, digits(now), ticket)
            if is_limited\
            """,
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "what is unused takes its slot",
            "  redis.call('HDEL', HOLDS, bucket)\n  tell(bucket, 0)\n  if is_limited",
            """
            redis.call('HDEL', HOLDS, bucket)
            redis.call('HSET', USES, bucket, digits(now) .. ':' .. digits(interval))
            tell(bucket, 0)
            if is_limited\
            """,
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "what is unused stays held",
            "  redis.call('HDEL', HOLDS, bucket)\n  tell(bucket, 0)\n  if is_limited",
            "  tell(bucket, 0)\n  if is_limited",
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "who gives up stays in line",
            "  if hold_of(bucket) ~= member then\n    leave(bucket, member)\n",
            "  if hold_of(bucket) ~= member then\n",
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "a use counts from when it was told",
            "local held, moment = holder == member, now - age",
            "local held, moment = holder == member, now",
            EnumSet.of(Fault.DELAYED)),
        new Mutation(
            "a use counts from the release",
            "moment = math.max(released, moment)",
            "moment = released",
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "a use that is told late is ignored",
            "    spacing = interval\n  end\n",
            "    return 0\n  end\n",
            EnumSet.of(Fault.BOT_FROZEN_HOLDING, Fault.BOT_CUT_OFF_HOLDING)),
        new Mutation(
            "a use is not charged",
            "  charge(member)\n  tell",
            "  tell",
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "there is no quiet time",
            "set('quiet', now + start_delay)",
            "set('quiet', now)",
            EnumSet.of(Fault.SERVER_RESTARTED)),
        new Mutation(
            "other buckets are not quiet",
            "local last, quiet = 0, now + lease * 0.4",
            "local last, quiet = 0, now",
            EnumSet.of(Fault.BUCKETS_CHANGED)),
        new Mutation(
            "leases are too short",
            "or now + lease), process)",
            "or now + lease * 0.4), process)",
            EnumSet.of(Fault.BOT_FROZEN)),
        new Mutation(
            "leases do not end",
            "return ends >= now and math.max(1, ends - now) or nil",
            "return math.max(1, ends - now)",
            EnumSet.of(Fault.BOT_KILLED)),
        new Mutation(
            "the budget does not know of holds",
            "+ holds() +",
            "+",
            EnumSet.of(Fault.BUCKETS_CHANGED)),
        new Mutation(
            "the budget does not know of starts",
            "return math.max(0, redis.call('ZCARD', STARTS) - 1)",
            "return 0",
            EnumSet.of(Fault.BUCKETS_CHANGED)),
        new Mutation(
            "the reserve is used",
            "charges() - value('missed') - held_back()",
            "charges() - value('missed')",
            EnumSet.of(Fault.BUCKETS_CHANGED)),
        new Mutation(
            "starts are forgotten when the store is cold",
            "set('old', charges())",
            "set('old', 0)",
            EnumSet.of(Fault.BUCKETS_CHANGED, Fault.CLOCK_FAR_FORWARD)),
        new Mutation(
            "places are new after a wipe",
            "if arrival == '0' then",
            "if true then",
            EnumSet.of(Fault.SERVER_WIPED)),
        new Mutation(
            "places are new after a failover",
            "if arrival == '0' then",
            "if true then",
            EnumSet.of(Fault.FAILED_OVER)),
        new Mutation(
            "a step that was given up is taken",
            "if last and sequence < last then",
            "if false then",
            EnumSet.of(Fault.LATE_BEYOND_TIMEOUT)),
        new Mutation(
            "one is released while another is held",
            "  if holder then\n    remind(bucket)",
            "  if false then\n    remind(bucket)",
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "who is held does not hear of it again",
            "  if holder == member then\n    return RELEASED",
            "  if false then\n    return RELEASED",
            EnumSet.of(Fault.ANSWERS_LOST, Fault.BUCKETS_CHANGED)),
        new Mutation(
            "the first ticket that asks is released first",
            "  if head ~= member then\n",
            "  head = member\n  if false then\n",
            EnumSet.of(Fault.CONNECTIONS_DROPPED)),
        new Mutation(
            "nobody is told to join once more",
            "concurrency(), rejoin and 1 or 0, uses",
            "concurrency(), 0, uses",
            EnumSet.of(Fault.SERVER_WIPED)),
        new Mutation(
            "a step of the clock goes unnoticed",
            "or jump > lease * 0.6 or",
            "or",
            EnumSet.of(Fault.CLOCK_FAR_FORWARD)),
        new Mutation(
            "another server goes unnoticed",
            "if state.run ~= run or",
            "if",
            EnumSet.of(Fault.FAILED_OVER)),
        new Mutation(
            "time goes back with the clock",
            "    now = value('seen')\n",
            "",
            EnumSet.of(Fault.CLOCK_BACK)));
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
