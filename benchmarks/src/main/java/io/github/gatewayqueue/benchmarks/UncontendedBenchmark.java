package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The benchmarks of {@link Micro}. Public since JMH has it so. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets what is null at first
public class UncontendedBenchmark {
  private static final int BATCH = 1_000;

  /** A name of {@link Subject}; not one itself: that would be public. */
  @Param("LOCAL")
  String subject;

  private Pacer due;
  private Pacer held;

  /** Makes a pacer on which everything is due, and one on which nothing is. */
  @Setup
  public void open() throws InterruptedException {
    due = Subject.valueOf(subject).open(1, Duration.ofNanos(1));
    held = Subject.valueOf(subject).open(1, Duration.ofDays(1));
    held.holdUp();
  }

  /** Asks, and goes at once. */
  @Benchmark
  public void request() throws InterruptedException {
    due.acquire(0);
  }

  /** Joins, is interrupted, and leaves. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void leave() throws InterruptedException {
    Crowd crowd = new Crowd(BATCH, i -> held.acquire(i)).start();
    crowd.awaitWaiting();
    crowd.interruptAll();
    crowd.join();
  }
}
