package io.github.gatewayqueue.examples.local;

import io.github.gatewayqueue.local.LocalQueue;
import java.util.List;

/** Shows how the shards of a bot come up: one line for each, at the moment of its release. */
final class Main {
  private Main() {}

  public static void main(String[] args) {
    if (List.of(args).contains("--help")) {
      System.out.print(Options.USAGE);
      return;
    }
    Options options;
    LocalQueue queue;
    try {
      options = Options.parse(args);
      queue = new LocalQueue(options.interval()); // refuses one that overflows
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    run(options, queue);
  }

  private static void run(Options options, LocalQueue queue) {
    var progress = new Progress(System.out, options);
    var startup = new Startup(queue, options.shards(), Main::connect, progress::released);
    stopOnSignal(Thread.currentThread());
    progress.begins();
    startup.run(progress::allInLine);
    progress.ends(startup.interrupted());
  }

  /** A bot opens the shard's WebSocket here and returns when it has received HELLO. */
  private static void connect(int shard) {}

  /** On Ctrl-C, has the main thread clean up, and the JVM wait for it. */
  private static void stopOnSignal(Thread main) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              main.interrupt();
              join(main);
            }));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
