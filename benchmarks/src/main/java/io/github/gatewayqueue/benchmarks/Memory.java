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
  static final List<Subject> PEERS =
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
    for (String variant : List.of("cold", "warm", "barest")) {
      runs.addAll(form.alternating(form.pick(2, 1), variant, Subject.CORE, timeout, flags));
    }
    runs.addAll(form.each("cold", PEERS, timeout, flags));
    return runs;
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    String variant = run.variant();
    int threads = form.pick(200_000, 5_000);
    for (Subject subject : run.subjects()) {
      if (variant.equals("barest")) {
        figures.add(subject, variant, bytesPerBarestThread(form, subject));
        continue;
      }
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

  /**
   * Nothing stands between the thread and what it waits in but the body that it is started with.
   */
  private static double bytesPerBarestThread(Form form, Subject subject)
      throws InterruptedException {
    int threads = form.pick(100_000, 5_000);
    for (int count : new int[] {threads / 5, threads}) {
      Pacer pacer = subject.open(1, BRIEF);
      Thread[] crowd = startBarest(subject, pacer, count);
      if (subject == Subject.BARE) {
        awaitWaiting(crowd);
      }
      wakeAndJoin(subject, crowd);
      Thread.sleep(form.pick(Duration.ofSeconds(2), Duration.ZERO)); // for the compilers to finish
    }
    Pacer pacer = subject.open(1, LONG);
    pacer.holdUp();
    long before = liveBytes();
    Thread[] crowd = startBarest(subject, pacer, threads);
    awaitWaiting(crowd);
    long after = liveBytes();
    if (subject.isOurs() && pacer.waiting() != threads) {
      throw new IllegalStateException("only " + pacer.waiting() + " are in line");
    }
    return (double) (after - before) / threads;
  }

  private static Thread[] startBarest(Subject subject, Pacer pacer, int count) {
    Thread[] crowd = new Thread[count];
    for (int i = 0; i < count; i++) {
      int shard = i;
      crowd[i] =
          subject == Subject.BARE
              ? Thread.ofVirtual().start(LockSupport::park)
              : Thread.ofVirtual().start(() -> acquire(pacer, shard));
    }
    return crowd;
  }

  private static void acquire(Pacer pacer, int shard) {
    try {
      pacer.acquire(shard);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitWaiting(Thread[] crowd) throws InterruptedException {
    for (Thread thread : crowd) {
      while (thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.sleep(Duration.ofNanos(50_000));
      }
    }
  }

  private static void wakeAndJoin(Subject subject, Thread[] crowd) throws InterruptedException {
    for (Thread thread : crowd) {
      if (subject == Subject.BARE) {
        LockSupport.unpark(thread);
      }
      thread.join();
    }
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
        smaller. Barest: 100,000 that were started as `Thread.ofVirtual().start(body)`, after 20,000 and then 100,000 have \
        waited and gone; the body of bare park is `LockSupport::park`, and that of the others one call. The bare threads of \
        the other columns stand six frames deep. Median (min–max) of processes that alternate.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : results.measured("cold")) {
      rows.add(
          List.of(
              subject.title,
              Report.spread(results.of(subject, "cold")),
              Report.spread(results.of(subject, "warm")),
              Report.spread(results.of(subject, "barest"))));
    }
    report.table(List.of("bytes per waiting virtual thread", "cold", "warm", "barest"), rows);
    report.remark(
        "JDA and Kord do not need a thread to wait: here one waits all the same, for JDA's node on a latch, for Kord in"
            + " `runBlocking`.");
    for (String variant : List.of("barest", "warm")) {
      for (Subject subject : Subject.OURS) {
        Sample limit = results.of(Subject.BARE, variant);
        Sample ours = results.of(subject, variant);
        if (limit.isEmpty() || ours.isEmpty()) {
          continue; // of a report from before there was this column
        }
        report.atMostTimes(
            "heap per waiting virtual thread, " + variant + ": " + subject.title,
            "bare park",
            limit,
            ours,
            " B",
            2);
      }
    }
  }
}
