package io.github.gatewayqueue.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** Which platform threads are started for those who wait. */
final class Threads implements Scenario {
  private static final int SHARDS = 64;
  private static final int BUCKETS = 16;
  private static final Duration INTERVAL = Duration.ofMillis(100);

  /** The carriers of virtual threads; those of their timers are among what bare threads start. */
  private static final Pattern CARRIER = Pattern.compile("ForkJoinPool-\\d+-worker-\\d+");

  @Override
  public List<Run> runs(Form form) {
    // Each in its own process in the short form, too: a thread is counted once for a process.
    return Subject.ALL.stream()
        .map(subject -> new Run("all", List.of(subject), List.of(), Duration.ofMinutes(2)).asleep())
        .toList();
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    for (Subject subject : run.subjects()) {
      int shards = Subject.FIXED.contains(subject) ? form.pick(SHARDS, BUCKETS) : SHARDS;
      List<String> bare = started(Threads::parkBare);
      List<String> started = started(() -> waitAndGo(subject, shards));
      Set<String> known = new HashSet<>(bare);
      List<String> own = started.stream().filter(name -> !known.contains(name)).toList();
      figures.add(subject, "threads", own.size());
      var counts =
          new TreeMap<>(own.stream().collect(Collectors.groupingBy(n -> n, Collectors.counting())));
      if (!counts.isEmpty()) {
        figures.note(
            subject,
            "names",
            counts.entrySet().stream()
                .map(e -> e.getValue() + " × `" + e.getKey() + "`")
                .collect(Collectors.joining(", ")));
      }
    }
  }

  /** Something that may have threads started. */
  @FunctionalInterface
  private interface Action {
    void run() throws InterruptedException;
  }

  /** Returns the names of the platform threads that are started meanwhile, digits left out. */
  private static List<String> started(Action action) throws Exception {
    Path file = Files.createTempFile("threads", ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ThreadStart").withoutStackTrace();
      recording.start();
      action.run();
      recording.stop();
      recording.dump(file);
      List<String> names = new ArrayList<>();
      for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
        if (!event.getEventType().getName().equals("jdk.ThreadStart")) {
          continue; // our own requests are recorded, too
        }
        RecordedThread thread = event.getThread("thread");
        if (thread == null || thread.isVirtual()) {
          continue;
        }
        String name = String.valueOf(thread.getJavaName());
        if (!CARRIER.matcher(name).matches()) {
          names.add(name.replaceAll("\\d+", "n"));
        }
      }
      return names;
    } finally {
      Files.delete(file);
    }
  }

  private static void parkBare() throws InterruptedException {
    new Crowd(
            SHARDS, i -> Jdk.parkUntil(System.nanoTime() + INTERVAL.toNanos() * (1 + i / BUCKETS)))
        .start()
        .join();
  }

  private static void waitAndGo(Subject subject, int shards) throws InterruptedException {
    Pacer[] pacers = new Pacer[BUCKETS];
    if (subject.hasBuckets()) {
      Arrays.fill(pacers, subject.open(BUCKETS, INTERVAL));
    } else {
      Arrays.setAll(pacers, i -> subject.open(1, INTERVAL));
    }
    new Crowd(shards, i -> pacers[i % BUCKETS].acquire(i)).start().join();
    for (Pacer pacer : pacers) {
      pacer.close();
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Threads",
        """
        Platform threads that were started while 64 shards waited and went in 16 buckets (in 16 limiters, where there are no \
        buckets), by the flight recorder's `jdk.ThreadStart`; not counted are the carriers of virtual threads, and what bare \
        parked virtual threads had started before in the same process.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : results.measured("threads")) {
      rows.add(
          List.of(
              subject.title,
              "%.0f".formatted(results.of(subject, "threads").max()),
              String.join("; ", results.notes(subject, "names"))));
    }
    report.table(List.of("platform threads", "started", "which"), rows);
    for (Subject subject : Subject.OURS) {
      double threads = results.of(subject, "threads").max();
      report.never("platform threads started: " + subject.title, threads);
      if (threads != 0) {
        report.violation(
            "%s started threads: %s".formatted(subject.title, results.notes(subject, "names")));
      }
    }
  }
}
