package io.github.gatewayqueue.local.engine;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.util.ExceptionResult;
import org.jetbrains.lincheck.datastructures.CTestConfiguration;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.verifier.Verifier;
import org.junit.jupiter.api.Test;

/**
 * Small scenes of which Lincheck's model checker runs many interleavings, and which then run freely
 * on the machine as it is. All threads of a scene start at once, so that each step of it meets a
 * request before it joins, while it joins, in line and at the head. In the model, parked threads
 * wake only when unparked or interrupted, whatever their timeout: a lost signal is a deadlock,
 * which Lincheck reports with the interleaving that led there.
 *
 * <p>Lincheck's general entry, {@code runConcurrentTest}, lets each park return at once. That hides
 * lost signals, and takes a crowd at a fair lock for a livelock. So each scene is the only
 * operation of a class for its other entry, whose options can say otherwise.
 */
final class EngineInterleavingsTest {
  private static final int INTERLEAVINGS = Integer.getInteger("lincheck.interleavings", 300);

  @Test
  void request_grantedWhileItComes_returns() {
    explore(GrantMeetsRequest.class);
  }

  /** A grant that comes between the head's look and its wait is not lost. */
  public static final class GrantMeetsRequest {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard shard = Shard.start(engine, 0);
      engine.grant(1);
      shard.endReleased();
      assertSpent(engine, 1);
    }
  }

  @Test
  void request_twoInLine_firstHandsOver() {
    explore(HandOver.class);
  }

  /** A released request wakes the one behind it, and one that joins meanwhile is not forgotten. */
  public static final class HandOver {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard first = Shard.start(engine, 0);
      Shard second = Shard.start(engine, 0);
      engine.grant(2);
      first.endReleased();
      second.endReleased();
      assertSpent(engine, 2);
    }
  }

  @Test
  void interrupt_racesGrant_onlyOneOfTheTwoHappens() {
    explore(InterruptMeetsGrant.class);
  }

  /** Either released or interrupted, and only the one costs a start. */
  public static final class InterruptMeetsGrant {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard shard = Shard.start(engine, 0);
      Thread granter = start(() -> engine.grant(1));
      shard.interrupt();
      boolean released = shard.endInterrupted();
      join(granter);
      assertEquals(released ? 0 : 1, engine.granted());
      assertTrue(engine.isEmpty());
    }
  }

  @Test
  void interrupt_oneOfTwo_otherIsReleased() {
    explore(InterruptOneOfTwo.class);
  }

  /** A request that leaves, wherever it stands, does not hold up the other. */
  public static final class InterruptOneOfTwo {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard leaving = Shard.start(engine, 0);
      Shard staying = Shard.start(engine, 0);
      leaving.interrupt();
      engine.grant(1);
      if (leaving.endInterrupted()) {
        engine.grant(1);
      }
      staying.endReleased();
      assertEquals(0, engine.granted());
      assertTrue(engine.isEmpty());
    }
  }

  @Test
  void interrupt_oneOfThree_othersAreReleased() {
    explore(InterruptOneOfThree.class);
  }

  /** As above, with one that may be in the middle. */
  public static final class InterruptOneOfThree {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard first = Shard.start(engine, 0);
      Shard leaving = Shard.start(engine, 0);
      Shard last = Shard.start(engine, 0);
      leaving.interrupt();
      engine.grant(2);
      if (leaving.endInterrupted()) {
        engine.grant(1);
      }
      first.endReleased();
      last.endReleased();
      assertEquals(0, engine.granted());
      assertTrue(engine.isEmpty());
    }
  }

  @Test
  void interrupt_all_lineIsEmpty() {
    explore(InterruptAll.class);
  }

  /** Nobody stays in line. */
  public static final class InterruptAll {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard first = Shard.start(engine, 0);
      Shard second = Shard.start(engine, 0);
      first.interrupt();
      second.interrupt();
      first.endInterrupted();
      second.endInterrupted();
      assertSpent(engine, 0);
    }
  }

  @Test
  void resize_toMoreBuckets_everyNewHeadLooks() {
    explore(ResizeParts.class);
  }

  /** Two that wait in one bucket get one each, and both are heads. */
  public static final class ResizeParts {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard even = Shard.start(engine, 0);
      Shard odd = Shard.start(engine, 1);
      engine.buckets.resize(2);
      engine.grant(2);
      even.endReleased();
      odd.endReleased();
      assertSpent(engine, 2);
    }
  }

  @Test
  void resize_grantedBefore_everyNewHeadLooks() {
    explore(GrantThenResize.class);
  }

  /** A head that a resize makes learns of a grant from before. */
  public static final class GrantThenResize {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard even = Shard.start(engine, 0);
      Shard odd = Shard.start(engine, 1);
      engine.grant(2);
      engine.buckets.resize(2);
      even.endReleased();
      odd.endReleased();
      assertSpent(engine, 2);
    }
  }

  @Test
  void resize_racesGrant_everybodyIsReleased() {
    explore(GrantMeetsResize.class);
  }

  /** Two heads become one line while starts are granted. */
  public static final class GrantMeetsResize {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(2);
      Shard even = Shard.start(engine, 0);
      Shard odd = Shard.start(engine, 1);
      Thread granter = start(() -> engine.grant(2));
      engine.buckets.resize(1);
      even.endReleased();
      odd.endReleased();
      join(granter);
      assertSpent(engine, 2);
    }
  }

  @Test
  void resize_racesInterrupt_otherIsReleased() {
    explore(InterruptMeetsResize.class);
  }

  /** A request that is moved and interrupted at once leaves the line that it was moved to. */
  public static final class InterruptMeetsResize {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(2);
      Shard leaving = Shard.start(engine, 0);
      Shard staying = Shard.start(engine, 1);
      Thread resizer = start(() -> engine.buckets.resize(1));
      leaving.interrupt();
      engine.grant(1);
      if (leaving.endInterrupted()) {
        engine.grant(1);
      }
      staying.endReleased();
      join(resizer);
      assertEquals(0, engine.granted());
      assertTrue(engine.isEmpty());
    }
  }

  @Test
  void refusal_racesRequests_nobodyIsStrandedAndWhoJoinsLaterIsNotRefused() {
    explore(RefusalMeetsRequest.class);
  }

  /** A request at the same time is refused or granted a start; a later one is not refused. */
  public static final class RefusalMeetsRequest {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Shard first = Shard.start(engine, 0);
      Shard second = Shard.start(engine, 0);
      engine.buckets.refuseWaiting(new GatewayQueueException("refused"));
      Shard later = Shard.start(engine, 0);
      engine.grant(3);
      int refused = (first.endRefused() ? 1 : 0) + (second.endRefused() ? 1 : 0);
      later.endReleased();
      assertEquals(refused, engine.granted());
      assertEquals(3 - refused, engine.charged());
      assertTrue(engine.isEmpty());
    }
  }

  @Test
  void identified_whileTheNextComes_itIsReleased() {
    explore(IdentifiedMeetsRequest.class);
  }

  /** The next waits, or comes, as the holder says that it identifies. */
  public static final class IdentifiedMeetsRequest {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Held start = engine.hold(0);
      engine.grant(1);
      Shard next = Shard.start(engine, 0);
      start.identified();
      next.endReleased();
      assertEquals(1, engine.used());
      assertSpent(engine, 2);
    }
  }

  @Test
  void answered_twoInLine_eachWaitsForTheOneBefore() {
    explore(AnsweredMeetsHandOver.class);
  }

  /** One that is released holds its bucket as well, and the one behind it waits for both. */
  public static final class AnsweredMeetsHandOver {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Held start = engine.hold(0);
      engine.grant(2);
      Shard first = Shard.startHolding(engine, 0);
      Shard second = Shard.startHolding(engine, 0);
      start.answered();
      first.endReleased();
      second.endReleased();
      assertEquals(3, engine.used());
      assertSpent(engine, 3);
    }
  }

  @Test
  void cancel_whileTheNextIsInterrupted_theStartGoesToOneOfTwo() {
    explore(CancelMeetsInterrupt.class);
  }

  /** What is given back goes to the next in line or, if that is interrupted, to the one behind. */
  public static final class CancelMeetsInterrupt {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Held start = engine.hold(0);
      Shard next = Shard.start(engine, 0);
      Shard behind = Shard.start(engine, 0);
      Thread holder = start(start::cancel);
      next.interrupt();
      if (next.endInterrupted()) {
        engine.grant(1);
      }
      behind.endReleased();
      join(holder);
      assertEquals(0, engine.granted());
      assertEquals(1, engine.takenBack());
      assertEquals(0, engine.used());
      assertTrue(engine.isEmpty());
    }
  }

  @Test
  void close_racesTheTimeOut_theNextIsReleased() {
    explore(CloseMeetsTimeOut.class);
  }

  /** The start is used, whether or not it ran out first; either way the next one goes. */
  public static final class CloseMeetsTimeOut {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Held start = engine.hold(0);
      engine.grant(1);
      Shard next = Shard.start(engine, 0);
      Thread time = start(start::runOut);
      start.close();
      join(time);
      next.endReleased();
      assertEquals(1, engine.used());
      assertSpent(engine, 2);
    }
  }

  @Test
  void cancel_racesTheTimeOut_onlyOneOfTheTwoHappens() {
    explore(CancelMeetsTimeOut.class);
  }

  /** The start is given back, or it ran out, which leaves it spent. */
  public static final class CancelMeetsTimeOut {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Held start = engine.hold(0);
      Shard next = Shard.start(engine, 0);
      Thread time = start(start::runOut);
      start.cancel();
      join(time);
      if (start.isExpired()) {
        engine.grant(1);
      }
      next.endReleased();
      assertEquals(start.isExpired() ? 0 : 1, engine.takenBack());
      assertSpent(engine, 2);
    }
  }

  @Test
  void identified_racesResizeToMore_bothBucketsHear() {
    explore(IdentifiedMeetsResize.class);
  }

  /** A bucket that is held is divided: both parts wait for the hold, and hear of its end. */
  public static final class IdentifiedMeetsResize {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(1);
      Held start = engine.hold(0);
      engine.grant(2);
      Shard even = Shard.start(engine, 0);
      Shard odd = Shard.start(engine, 1);
      Thread holder = start(start::identified);
      engine.buckets.resize(2);
      even.endReleased();
      odd.endReleased();
      join(holder);
      assertEquals(1, engine.used());
      assertSpent(engine, 3);
    }
  }

  @Test
  void cancel_racesResizeToFewer_theOtherBucketHears() {
    explore(CancelMeetsResize.class);
  }

  /** Two buckets of which one is held become one: who waits in it waits for the hold. */
  public static final class CancelMeetsResize {
    /** The scene. */
    @Operation
    public void play() {
      Engine engine = new Engine(2);
      Held start = engine.hold(0);
      Shard odd = Shard.start(engine, 1);
      Thread holder = start(start::cancel);
      engine.buckets.resize(1);
      odd.endReleased();
      join(holder);
      assertEquals(1, engine.takenBack());
      assertSpent(engine, 2);
    }
  }

  private static void explore(Class<?> scene) {
    alone(new ModelCheckingOptions())
        .invocationsPerIteration(INTERLEAVINGS)
        .addGuarantee(parksUntilWoken("java.util.concurrent.locks.LockSupport"))
        .addGuarantee(parksUntilWoken("java.util.concurrent.locks.ReentrantLock.FairSync"))
        .addGuarantee(parksUntilWoken("java.util.concurrent.locks.ReentrantLock.NonfairSync"))
        .addGuarantee(forClasses(Buckets.class.getName()).methods("awaitRelease").mute$lincheck())
        .check(scene);
    alone(new StressOptions()).invocationsPerIteration(5 * INTERLEAVINGS).check(scene);
  }

  /** Has the scene run once, in one thread, each time. */
  private static <O extends Options<O, C>, C extends CTestConfiguration> O alone(O options) {
    return options
        .iterations(1)
        .threads(1)
        .actorsPerThread(1)
        .actorsBefore(0)
        .actorsAfter(0)
        .minimizeFailedScenario(false)
        .verifier(NothingThrown.class);
  }

  /**
   * Lincheck wakes a thread that parks in a class by itself, unless the class is muted, which also
   * spares it the switches between the steps of the JDK's locks.
   */
  private static ManagedStrategyGuarantee parksUntilWoken(String className) {
    return forClasses(className).methods(name -> true).mute$lincheck();
  }

  /** A scene says itself what is wrong. */
  public static final class NothingThrown implements Verifier {
    /** Made by Lincheck, which hands in the scene's class. */
    public NothingThrown(Class<?> scene) {}

    @Override
    public boolean verifyResults(ExecutionScenario scenario, ExecutionResult results) {
      return !(results.getParallelResultsWithClock().getFirst().getFirst().getResult()
          instanceof ExceptionResult);
    }
  }

  private static Thread start(Runnable action) {
    Thread thread = new Thread(action);
    thread.start();
    return thread;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts the main thread", e);
    }
  }

  private static void assertSpent(Engine engine, int starts) {
    assertEquals(starts, engine.charged());
    assertEquals(0, engine.granted());
    assertTrue(engine.isEmpty());
  }
}
