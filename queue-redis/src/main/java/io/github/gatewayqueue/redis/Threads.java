package io.github.gatewayqueue.redis;

/**
 * The threads of a queue, on which others depend: none may have to wait for a carrier, as those can
 * all be pinned.
 */
final class Threads {
  private Threads() {}

  /** Returns a platform thread that keeps nothing of whoever makes it, nor the JVM from ending. */
  static Thread unstarted(String name, Runnable task) {
    return Thread.ofPlatform()
        .daemon()
        .name(name)
        .inheritInheritableThreadLocals(false) // nor the context class loader, then
        .unstarted(task);
  }
}
