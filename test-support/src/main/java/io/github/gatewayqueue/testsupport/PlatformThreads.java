package io.github.gatewayqueue.testsupport;

import java.util.Set;
import java.util.stream.Collectors;

/** The platform threads of this JVM, to find those that a queue starts. */
public final class PlatformThreads {
  private PlatformThreads() {}

  /**
   * Returns those that are alive now, without those on which the JDK runs and wakes virtual ones,
   * and those on which a test polls.
   */
  public static Set<Thread> platformThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !servesVirtualThreads(thread.getClass().getName()))
        .filter(thread -> !thread.getName().startsWith("awaitility"))
        .collect(Collectors.toSet());
  }

  private static boolean servesVirtualThreads(String threadClass) {
    return threadClass.startsWith("jdk.internal.")
        || threadClass.equals("java.util.concurrent.DelayScheduler");
  }
}
