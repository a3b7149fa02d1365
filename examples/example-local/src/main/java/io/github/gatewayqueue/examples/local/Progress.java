package io.github.gatewayqueue.examples.local;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Prints what happens while the shards start, each line with the seconds since then. */
final class Progress {
  private final long startNanos = System.nanoTime();
  private final PrintStream out;
  private final int shards;
  private final Duration interval;

  private int released; // guarded by this

  Progress(PrintStream out, Options options) {
    this.out = out;
    this.shards = options.shards();
    this.interval = options.interval();
  }

  void begins() {
    String time = interval.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    out.println("Starting " + shards + " shards, one every " + time + ". Ctrl-C stops them.");
  }

  synchronized void released(int shard) {
    released++;
    int wait = shards - released;
    line("shard " + shard + " released, " + (wait == 0 ? "nobody waits" : prospect(wait)));
  }

  private String prospect(int wait) {
    double lastAt = seconds() + wait * (interval.toNanos() / 1e9);
    return String.format(
        Locale.ROOT,
        "%d still %s, the last one goes at about %.1f s",
        wait,
        wait == 1 ? "waits" : "wait",
        lastAt);
  }

  synchronized void allInLine() {
    line("all shards have joined the line");
  }

  synchronized void ends(int left) {
    line("end: " + released + " of " + shards + " shards released, " + left + " left the line");
  }

  private void line(String what) {
    out.printf(Locale.ROOT, "%8.3f s  %s%n", seconds(), what);
  }

  private double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
