package io.github.gatewayqueue.jda;

import java.util.List;

/**
 * The threads of controllers that live now, but for one that was started by another while this
 * looked: empty does not tell that all is done.
 */
final class LeftThreads {
  private LeftThreads() {}

  static List<String> names() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("gateway-queue-jda"))
        .toList();
  }
}
