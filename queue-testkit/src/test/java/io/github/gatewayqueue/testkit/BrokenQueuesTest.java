package io.github.gatewayqueue.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.github.gatewayqueue.testkit.BrokenQueues.IsDeafUntilItIsClosed;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The kit tests itself: it has to catch each of the broken queues. */
class BrokenQueuesTest {

  /**
   * Which writes a thread sees without a happens-before edge is up to the processor, so no broken
   * queue fails this one for sure.
   */
  private static final String NOT_CAUGHT_FOR_SURE =
      "request_releasedLater_seesWhatWasWrittenBeforeTheOther";

  /** A busy machine may hide a mistake that is smaller than its own delays, but not all sizes. */
  private static final int MAX_SCALE = 256;

  @ParameterizedTest
  @MethodSource("brokenQueues")
  void contract_onBrokenQueue_fails(Class<? extends ReferenceQueue> broken) {
    Set<String> missed = caughtBy(broken).collect(Collectors.toCollection(TreeSet::new));
    try {
      for (int scale = 1; !missed.isEmpty() && scale <= MAX_SCALE; scale *= 2) {
        BrokenQueueContract.scale = scale;
        missed.removeAll(failures(broken, missed));
      }
    } finally {
      BrokenQueueContract.scale = 1;
    }
    assertEquals(Set.of(), missed);
  }

  @Test
  void contract_everyTest_catchesABrokenQueue() {
    Set<String> tests =
        Stream.of(
                SessionStartContract.class,
                GatewayQueueContract.class,
                CloseableGatewayQueueContract.class)
            .flatMap(contract -> Arrays.stream(contract.getDeclaredMethods()))
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(Method::getName)
            .filter(name -> !name.equals(NOT_CAUGHT_FOR_SURE))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> catching =
        brokenQueues()
            .flatMap(BrokenQueuesTest::caughtBy)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(tests, catching);
  }

  @Test
  void contract_requestThatHangs_closesTheQueueAllTheSame() {
    var test = Set.of("request_interruptedWhileWaiting_throwsAndLeavesTheLine");
    assertEquals(test, failures(IsDeafUntilItIsClosed.class, test));
    assertEquals(1, IsDeafUntilItIsClosed.CREATED.size());
    assertTrue(IsDeafUntilItIsClosed.CREATED.remove().closed);
  }

  static Stream<Class<? extends ReferenceQueue>> brokenQueues() {
    return Arrays.stream(BrokenQueues.class.getDeclaredClasses())
        .filter(nested -> nested.isAnnotationPresent(CaughtBy.class))
        .map(nested -> nested.asSubclass(ReferenceQueue.class));
  }

  private static Stream<String> caughtBy(Class<? extends ReferenceQueue> broken) {
    return Stream.of(requireNonNull(broken.getAnnotation(CaughtBy.class)).value());
  }

  private static Set<String> failures(Class<? extends ReferenceQueue> broken, Set<String> tests) {
    BrokenQueueContract.broken = broken;
    var failures = new Failures();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                tests.stream().map(test -> selectMethod(BrokenQueueContract.class, test)).toList())
            .build();
    LauncherFactory.create().execute(request, failures);
    return failures.tests;
  }

  /** Collects the names of the tests that failed. */
  private static final class Failures implements TestExecutionListener {
    private final Set<String> tests = new TreeSet<>();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() == TestExecutionResult.Status.FAILED) {
        tests.add(test.getDisplayName().replace("()", ""));
      }
    }
  }
}
