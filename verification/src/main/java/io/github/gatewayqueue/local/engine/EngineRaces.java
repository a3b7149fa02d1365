package io.github.gatewayqueue.local.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;
import org.openjdk.jcstress.infra.results.LIZ_Result;
import org.openjdk.jcstress.infra.results.LLZ_Result;
import org.openjdk.jcstress.infra.results.LZ_Result;

/** Races of two actors on an {@link Engine}, which JCStress runs, and what may come of them. */
public final class EngineRaces {
  private EngineRaces() {}

  /** A start is granted between a head that looks and its wait: it is not lost. */
  @JCStressTest
  @Outcome(id = "released, true", expect = ACCEPTABLE, desc = "Released.")
  @State
  public static class GrantMeetsWait {
    private final Engine engine = new Engine(1);

    /** Requests. */
    @Actor
    public void shard(LZ_Result r) {
      r.r1 = Requests.request(engine, 0);
    }

    /** Grants. */
    @Actor
    public void granter() {
      Requests.awaitFirstLook(engine);
      engine.grant(1);
    }

    /** Looks whether somebody is left. */
    @Arbiter
    public void end(LZ_Result r) {
      r.r2 = engine.isEmpty();
    }
  }

  /** One joins at the moment at which the one before it is released: both go. */
  @JCStressTest
  @Outcome(id = "released, released, true", expect = ACCEPTABLE, desc = "Both released.")
  @State
  public static class JoinMeetsRelease {
    private final Engine engine = new Engine(1);

    /** Lets the one before it go, and requests. */
    @Actor
    public void behind(LLZ_Result r) {
      Requests.awaitArrival(engine);
      engine.grant(2);
      r.r1 = Requests.request(engine, 0);
    }

    /** Requests. */
    @Actor
    public void before(LLZ_Result r) {
      r.r2 = Requests.request(engine, 0);
    }

    /** Looks whether somebody is left. */
    @Arbiter
    public void end(LLZ_Result r) {
      r.r3 = engine.isEmpty();
    }
  }

  /** One is interrupted while it comes and is granted a start: only one of the two happens. */
  @JCStressTest
  @Outcome(id = "released, status set, 0, true", expect = ACCEPTABLE, desc = "Released.")
  @Outcome(id = "interrupted, status clear, 1, true", expect = ACCEPTABLE, desc = "Interrupted.")
  @State
  public static class InterruptMeetsGrant {
    private final Engine engine = new Engine(1);
    private final Interrupter interrupter = new Interrupter();

    /** Requests. */
    @Actor
    public void shard(LIZ_Result r) {
      r.r1 = interrupter.request(engine, 0);
    }

    /** Grants and interrupts. */
    @Actor
    public void other() {
      engine.grant(1);
      interrupter.interrupt();
    }

    /** Looks at what is left. */
    @Arbiter
    public void end(LIZ_Result r) {
      r.r2 = engine.granted();
      r.r3 = engine.isEmpty();
    }
  }

  /** A head that was woken for its start is interrupted before it looks: it goes. */
  @JCStressTest
  @Outcome(id = "released, status set, 0, true", expect = ACCEPTABLE, desc = "Released.")
  @State
  public static class InterruptMeetsRelease {
    private final Engine engine = new Engine(1);
    private final Interrupter interrupter = new Interrupter();

    /** Requests. */
    @Actor
    public void shard(LIZ_Result r) {
      r.r1 = interrupter.request(engine, 0);
    }

    /** Grants and interrupts. */
    @Actor
    public void other() {
      Requests.awaitSleep(engine);
      engine.grant(1);
      interrupter.interrupt();
    }

    /** Looks at what is left. */
    @Arbiter
    public void end(LIZ_Result r) {
      r.r2 = engine.granted();
      r.r3 = engine.isEmpty();
    }
  }

  /** One that stands behind is made the head and interrupted: it goes or leaves. */
  @JCStressTest
  @Outcome(id = "released, status set, 0, true", expect = ACCEPTABLE, desc = "Released.")
  @Outcome(id = "interrupted, status clear, 1, true", expect = ACCEPTABLE, desc = "Interrupted.")
  @State
  public static class InterruptMeetsHandOver {
    private final Engine engine = new Engine(1);
    private final Interrupter interrupter = new Interrupter();

    /** Lets the one before it go, and requests. */
    @Actor
    public void behind(LIZ_Result r) {
      Requests.awaitArrival(engine);
      engine.grant(2);
      r.r1 = interrupter.request(engine, 0);
    }

    /** Requests, which hands over, and interrupts. */
    @Actor
    public void before() {
      Requests.request(engine, 0);
      interrupter.interrupt();
    }

    /** Looks at what is left. */
    @Arbiter
    public void end(LIZ_Result r) {
      r.r2 = engine.granted();
      r.r3 = engine.isEmpty();
    }
  }

  /** A head that sleeps is moved and granted a start at once: it wakes in its new bucket. */
  @JCStressTest
  @Outcome(id = "released, true", expect = ACCEPTABLE, desc = "Released.")
  @State
  public static class ResizeMeetsGrant {
    private final Engine engine = new Engine(1);

    /** Requests. */
    @Actor
    public void shard(LZ_Result r) {
      r.r1 = Requests.request(engine, 1);
    }

    /** Resizes and grants. */
    @Actor
    public void other() {
      Requests.awaitSleep(engine);
      engine.buckets.resize(2);
      engine.grant(1);
    }

    /** Looks whether somebody is left. */
    @Arbiter
    public void end(LZ_Result r) {
      r.r2 = engine.isEmpty();
    }
  }

  /** One joins while the buckets are replaced, and gets a start granted after that. */
  @JCStressTest
  @Outcome(id = "released, true", expect = ACCEPTABLE, desc = "Released.")
  @State
  public static class ResizeMeetsJoin {
    private final Engine engine = new Engine(1);

    /** Requests. */
    @Actor
    public void shard(LZ_Result r) {
      r.r1 = Requests.request(engine, 1);
    }

    /** Resizes, then grants. */
    @Actor
    public void other() {
      engine.buckets.resize(2);
      engine.grant(1);
    }

    /** Looks whether somebody is left. */
    @Arbiter
    public void end(LZ_Result r) {
      r.r2 = engine.isEmpty();
    }
  }

  /** A head is moved and interrupted: it leaves the line that it was moved to. */
  @JCStressTest
  @Outcome(id = "interrupted, status clear, 0, true", expect = ACCEPTABLE, desc = "Interrupted.")
  @State
  public static class ResizeMeetsInterrupt {
    private final Engine engine = new Engine(1);
    private final Interrupter interrupter = new Interrupter();

    /** Requests. */
    @Actor
    public void shard(LIZ_Result r) {
      r.r1 = interrupter.request(engine, 1);
    }

    /** Resizes and interrupts. */
    @Actor
    public void other() {
      Requests.awaitSleep(engine);
      engine.buckets.resize(2);
      interrupter.interrupt();
    }

    /** Looks at what is left. */
    @Arbiter
    public void end(LIZ_Result r) {
      r.r2 = engine.charged();
      r.r3 = engine.isEmpty();
    }
  }

  /**
   * A bucket that is held is divided as its holder identifies: nobody waits for the hold any more.
   */
  @JCStressTest
  @Outcome(id = "released, released, true", expect = ACCEPTABLE, desc = "Both released.")
  @State
  public static class ResizeMeetsIdentified {
    private final Engine engine = new Engine(1);
    private final Held start = engine.hold(0);

    /** Resizes, and requests in the bucket that has another shard than the holder's. */
    @Actor
    public void shard(LLZ_Result r) {
      engine.buckets.resize(2);
      engine.grant(2);
      r.r1 = Requests.request(engine, 1);
    }

    /** Says that it identifies. */
    @Actor
    public void holder() {
      start.identified();
    }

    /** Requests in the holder's own bucket. */
    @Arbiter
    public void end(LLZ_Result r) {
      r.r2 = Requests.request(engine, 0);
      r.r3 = engine.isEmpty();
    }
  }

  /** A start is cancelled between a head that looks and its wait: the head goes. */
  @JCStressTest
  @Outcome(id = "released, true", expect = ACCEPTABLE, desc = "Released.")
  @State
  public static class CancelMeetsWait {
    private final Engine engine = new Engine(1);
    private final Held start = engine.hold(0);

    /** Requests. */
    @Actor
    public void shard(LZ_Result r) {
      r.r1 = Requests.request(engine, 0);
    }

    /** Cancels, when somebody waits. */
    @Actor
    public void holder() {
      Requests.awaitArrival(engine);
      start.cancel();
    }

    /** Looks whether somebody is left. */
    @Arbiter
    public void end(LZ_Result r) {
      r.r2 = engine.isEmpty();
    }
  }

  /** The next in line is interrupted as the start before it is cancelled: it goes or leaves. */
  @JCStressTest
  @Outcome(id = "released, status set, 0, true", expect = ACCEPTABLE, desc = "Released.")
  @Outcome(id = "interrupted, status clear, 1, true", expect = ACCEPTABLE, desc = "Interrupted.")
  @State
  public static class CancelMeetsInterrupt {
    private final Engine engine = new Engine(1);
    private final Held start = engine.hold(0);
    private final Interrupter interrupter = new Interrupter();

    /** Requests. */
    @Actor
    public void shard(LIZ_Result r) {
      r.r1 = interrupter.request(engine, 0);
    }

    /** Cancels and interrupts. */
    @Actor
    public void holder() {
      start.cancel();
      interrupter.interrupt();
    }

    /** Looks at what is left. */
    @Arbiter
    public void end(LIZ_Result r) {
      r.r2 = engine.granted();
      r.r3 = engine.isEmpty();
    }
  }

  /** Of two words that are said at once one is the first: the start is given back, or used. */
  @JCStressTest
  @Outcome(id = "0, 1, false", expect = ACCEPTABLE, desc = "Given back.")
  @Outcome(id = "1, 0, false", expect = ACCEPTABLE, desc = "Used.")
  @State
  public static class CancelMeetsIdentified {
    private final Engine engine = new Engine(1);
    private final Held start = engine.hold(0);

    /** Cancels. */
    @Actor
    public void canceller() {
      start.cancel();
    }

    /** Says that it identifies. */
    @Actor
    public void holder() {
      start.identified();
    }

    /** Looks at what was heard. */
    @Arbiter
    public void end(IIZ_Result r) {
      r.r1 = engine.used();
      r.r2 = engine.takenBack();
      r.r3 = start.isExpired();
    }
  }
}
