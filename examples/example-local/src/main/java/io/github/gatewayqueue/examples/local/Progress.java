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
    line(seconds(), "starting " + shards + " shards, one every " + time + "; Ctrl-C stops them");
  }

  void released(int shard) {
    double seconds = seconds(); // before anything else, which may take its time
    synchronized (this) {
      released++;
      line(seconds, "shard " + shard + " released, " + prospect(seconds, shards - released));
    }
  }

  private String prospect(double seconds, int wait) {
    if (wait == 0) {
      return "nobody waits";
    }
    double lastAt = seconds + wait * (interval.toNanos() / 1e9);
    return String.format(Locale.ROOT, "%s still wait, the last until about %.1f s", wait, lastAt);
  }

  void allInLine() {
    line(seconds(), "all shards have joined the line");
  }

  synchronized void ends(int left) {
    line(
        seconds(),
        "end: " + released + " of " + shards + " shards released, " + left + " left the line");
  }

  private void line(double seconds, String what) {
    out.printf(Locale.ROOT, "%8.3f s  %s%n", seconds, what);
  }

  private double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
