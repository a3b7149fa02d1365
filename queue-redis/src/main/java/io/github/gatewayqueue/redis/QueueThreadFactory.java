package io.github.gatewayqueue.redis;

/** Creates the threads of a queue. Tests have factories of their own. */
interface QueueThreadFactory {
  /**
   * Others depend on them: none may have to wait for a carrier, as those can all be pinned. So they
   * are platform threads. They keep no reference to their maker, and do not keep the JVM from
   * ending.
   */
  QueueThreadFactory DAEMONS =
      (name, task) ->
          Thread.ofPlatform()
              .daemon()
              .name(name)
              .inheritInheritableThreadLocals(false) // nor the context class loader, then
              .unstarted(task);

  /** Returns a thread that is not started yet. */
  Thread unstarted(String name, Runnable task);
}
