package io.github.gatewayqueue.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** How much heap a virtual thread takes that waits. */
final class Memory implements Scenario {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration BRIEF = Duration.ofNanos(2_000);
  private static final List<Subject> PEERS =
      List.of(
          Subject.SEMAPHORE,
          Subject.FAIR_LOCK,
          Subject.JDA,
          Subject.DISCORD4J,
          Subject.KORD,
          Subject.JAVACORD,
          Subject.GUAVA,
          Subject.BUCKET4J,
          Subject.RESILIENCE4J,
          Subject.FAILSAFE);

  @Override
  public List<Run> runs(Form form) {
    Duration timeout = Duration.ofMinutes(2);
    String size = form.pick("3g", "400m");
    String[] flags = {"-XX:+UseSerialGC", "-Xms" + size, "-Xmx" + size};
    List<Run> runs = new ArrayList<>();
    runs.addAll(form.alternating(form.pick(3, 1), "cold", Subject.CORE, timeout, flags));
    runs.addAll(form.alternating(form.pick(3, 1), "warm", Subject.CORE, timeout, flags));
    runs.addAll(form.each("cold", PEERS, timeout, flags));
    return runs;
  }

  @Override
  public void measure(Form form, String variant, List<Subject> subjects, Figures figures)
      throws Exception {
    int threads = form.pick(200_000, 5_000);
    for (Subject subject : subjects) {
      if (variant.equals("warm")) {
        for (int i = 0; i < form.pick(4, 1); i++) {
          letWaitAndGo(subject, threads);
        }
      }
      figures.add(subject, variant, bytesPerThread(subject, threads));
    }
  }

  /** Has the code compiled that they wait in and that wakes them. */
  private static void letWaitAndGo(Subject subject, int threads) throws InterruptedException {
    Pacer pacer = subject.open(1, BRIEF);
    Crowd crowd = new Crowd(threads, i -> pacer.acquire(0)).start();
    if (subject == Subject.BARE) {
      crowd.awaitWaiting();
      for (int i = 0; i < threads; i++) {
        LockSupport.unpark(crowd.thread(i));
      }
    }
    crowd.join();
  }

  private static double bytesPerThread(Subject subject, int threads) throws InterruptedException {
    Pacer pacer = subject.open(1, LONG);
    pacer.holdUp();
    Crowd crowd = new Crowd(threads, i -> pacer.acquire(i));
    long before = liveBytes();
    crowd.start().awaitWaiting();
    long after = liveBytes();
    crowd.throwFailure();
    if (crowd.alive() < threads * 0.999) {
      throw new IllegalStateException("only " + crowd.alive() + " of " + threads + " wait");
    }
    if (subject.isOurs() && pacer.waiting() != threads) {
      throw new IllegalStateException("only " + pacer.waiting() + " are in line");
    }
    return (double) (after - before) / threads;
  }

  /** Collects until nothing more goes away. */
  private static long liveBytes() throws InterruptedException {
    long last = Long.MAX_VALUE;
    while (true) {
      System.gc();
      long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      if (last - used < 4_096) {
        return used;
      }
      last = used;
      Thread.sleep(Duration.ofMillis(50));
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Memory",
        """
        Live heap per virtual thread that waits, of 200,000 (serial collector, `System.gc()` until nothing more goes away), \
        less the live heap before they were started; the thread itself and its stack are in it. Cold: in a fresh process. \
        Warm: after 200,000 have waited and gone four times, so that what they wait in is compiled, and its frames are \
        smaller. Median (min–max) of processes that alternate.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : Subject.values()) {
      if (!results.of(subject, "cold").isEmpty()) {
        rows.add(
            List.of(
                subject.title,
                Report.spread(results.of(subject, "cold")),
                Report.spread(results.of(subject, "warm"))));
      }
    }
    report.table(List.of("bytes per waiting virtual thread", "cold", "warm"), rows);
    report.remark(
        "JDA and Kord do not need a thread to wait: here one waits all the same, for JDA's node on a latch, for Kord in"
            + " `runBlocking`.");
    for (Subject subject : Subject.OURS) {
      Sample limit = results.of(Subject.BARE, "warm");
      Sample ours = results.of(subject, "warm");
      Sample ratio = ours.over(limit);
      report.target(
          "heap per waiting virtual thread, warm: " + subject.title,
          "bare park " + Report.number(limit.median()) + " B",
          Report.number(ours.median()) + " B",
          Report.spread(ratio),
          "≤ 2",
          ratio.median() <= 2);
    }
  }
}
