package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.redis.FaultRun.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What is judged of b, which is healthy, beside a, which is not. */
class ProgressCheckerTest {
  private final List<StoreHistory.Entry> history =
      new ArrayList<>(List.of(new StoreHistory.Entry(0, "", List.of("BEGIN"))));

  private void call(String... words) {
    history.add(new StoreHistory.Entry(history.size(), "lua", List.of(words)));
  }

  private void join(String ticket, int arrival) {
    call("ZADD", "{n}:line:0", String.valueOf(arrival), ticket + ":0");
  }

  private void release(String ticket) {
    call("ZREM", "{n}:line:0", ticket + ":0");
    call("HSET", "{n}:holds", "0", "1:2:3:" + ticket + ":0");
  }

  private void step(String process) {
    List<String> words = new ArrayList<>(List.of("EVALSHA", "sha", "0", "news", process));
    words.addAll(List.of("1", "0", "200000", "560000", "900000"));
    words.addAll(List.of("1000000", "600000000", "1", "0", "0"));
    words.addAll(List.of("0", "0", "0", "0", "0", "0", "0", "0", "0", "0"));
    history.add(new StoreHistory.Entry(history.size(), "127.0.0.1:1", words));
  }

  private void assertViolations(int count, Fault fault, List<Long> thawNanos) {
    var phase = new ProgressChecker.Phase(fault, 0, Long.MAX_VALUE, Set.of("b"), thawNanos);
    List<String> violations = new ProgressChecker(phase, false).check(history);
    assertEquals(count, violations.size(), violations.toString());
  }

  @Test
  void wait_behindEachThatCameBefore_isRight() {
    join("a.1", 1);
    join("a.2", 2);
    join("b.1", 3);
    release("a.1");
    release("a.2");
    release("b.1");
    assertViolations(0, Fault.HOLDS_UNTIL_TIMEOUT, List.of());
  }

  @Test
  void wait_behindOneThatIsReleasedAgainAndAgain_isWrong() {
    join("a.1", 1);
    join("b.1", 3);
    release("a.1");
    join("a.1", 1);
    release("a.1");
    assertViolations(1, Fault.HOLDS_UNTIL_TIMEOUT, List.of());
  }

  @Test
  void wait_behindOneThatCameLater_isWrong() {
    join("b.1", 3);
    join("a.1", 4);
    release("a.1");
    assertViolations(1, Fault.HOLDS_UNTIL_TIMEOUT, List.of());
  }

  @Test
  void wait_behindOneWhosePlaceWasLost_isRight() {
    join("b.1", 3);
    join("a.1", 1);
    release("a.1");
    assertViolations(0, Fault.HOLDS_UNTIL_TIMEOUT, List.of());
  }

  /** Nobody is before it, so two more than that may take some steps each. */
  @Test
  void wait_forManyStepsOfASlowProcess_isWrong() {
    join("b.1", 3);
    for (int i = 0; i < ProgressChecker.MORE * ProgressChecker.STEPS_EACH; i++) {
      step("a");
      step("b");
    }
    assertViolations(0, Fault.SLOW_FOR_EVER, List.of());
    step("a");
    assertViolations(1, Fault.SLOW_FOR_EVER, List.of());
  }

  @Test
  void wait_whileAFrozenProcessIsWokenAgainAndAgain_isWrong() {
    join("b.1", 3);
    int most = ProgressChecker.MORE * ProgressChecker.THAWS_EACH;
    for (int i = 0; i <= most + 2; i++) {
      step("b");
    }
    List<Long> thaws = LongStream.rangeClosed(2, most + 2).boxed().toList();
    assertViolations(0, Fault.FROZEN_AGAIN_AND_AGAIN, thaws.subList(0, most));
    assertViolations(1, Fault.FROZEN_AGAIN_AND_AGAIN, thaws);
  }
}
